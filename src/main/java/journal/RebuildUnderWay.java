package journal;

import tenancy.Refusal;

/** One projection is rebuilt at a time, on all nodes together. */
class RebuildUnderWay extends Refusal {

    RebuildUnderWay() {
        super(
                Kind.CONFLICT,
                "rebuild_under_way",
                "A projection is being rebuilt: GET /v1/projections shows how far it is. Ask again when it has ended.");
    }
}
