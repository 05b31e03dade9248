package journal;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.modelling.command.AggregateRoot;
import org.axonframework.modelling.command.Repository;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.axonframework.serialization.Revision;
import org.jspecify.annotations.NullUnmarked;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import tenancy.Conflict;
import tenancy.Content;
import tenancy.Followed;
import tenancy.InlineRows;
import tenancy.TenantContext;
import tenancy.Urgent;

/** A tiny domain: tallies that count, and tickets admitted against a tally. Nothing here is found by a component scan. */
final class Sample {

    private Sample() {}

    record OpenTally(@TargetAggregateIdentifier String tally) {}

    record Count(@TargetAggregateIdentifier String tally, int amount) implements Followed {}

    record Refuse(@TargetAggregateIdentifier String tally) {}

    record CountThenRefuse(@TargetAggregateIdentifier String tally) implements Followed {}

    record CountThenFail(@TargetAggregateIdentifier String tally) implements Followed {}

    /** {@link Look} that does not wait behind the others. */
    record LookNow(@TargetAggregateIdentifier String tally) implements Urgent {}

    /** Needs a connection, and gets none. */
    record CountFarAway(@TargetAggregateIdentifier String tally) {}

    record Look(@TargetAggregateIdentifier String tally) implements Followed {}

    record Hold(CountDownLatch entered, CountDownLatch release) {}

    record Admit(String tally, String ticket) {}

    record Touch(@TargetAggregateIdentifier String ticket, String entry) {}

    enum Size {
        SMALL,
        VERY_LARGE
    }

    sealed interface TallyEvent {
        @Revision("1")
        record TallyOpened(String tally, Size size) implements TallyEvent {}

        @Revision("1")
        record Counted(String tally, int amount) implements TallyEvent {}
    }

    sealed interface TicketEvent {
        @Revision("1")
        record TicketAdmitted(String ticket, String text) implements TicketEvent {}

        @Revision("1")
        record TicketTouched(String ticket, String entry) implements TicketEvent {}
    }

    static final class TooMuch extends Conflict {
        TooMuch() {
            super("too_much", "That is too much.");
        }
    }

    /** Its fields are private and have no getters, like those of every aggregate. */
    @AggregateRoot
    @NullUnmarked
    static class Tally {

        static final AtomicInteger handled = new AtomicInteger();

        @AggregateIdentifier
        private String id;

        private Size size;
        private long total;

        @Content
        private List<Integer> amounts = new ArrayList<>();

        Tally() {}

        @CommandHandler
        Tally(OpenTally open) {
            apply(new TallyEvent.TallyOpened(open.tally(), Size.VERY_LARGE));
        }

        @CommandHandler
        long handle(Count count) {
            handled.incrementAndGet();
            apply(new TallyEvent.Counted(id, count.amount()));
            return total;
        }

        @CommandHandler
        void handle(Refuse refuse) {
            throw new TooMuch();
        }

        @CommandHandler
        void handle(CountThenRefuse count) {
            apply(new TallyEvent.Counted(id, 1_000_000));
            throw new TooMuch();
        }

        @CommandHandler
        void handle(CountFarAway count) {
            throw new CannotGetJdbcConnectionException("none", new SQLTransientConnectionException("none"));
        }

        @CommandHandler
        void handle(CountThenFail count) {
            apply(new TallyEvent.Counted(id, 1_000_000));
            throw new IllegalArgumentException("a bug");
        }

        @CommandHandler
        String handle(Look look) {
            return total + " in " + amounts.size() + ", " + size;
        }

        @CommandHandler
        String handle(LookNow look) {
            return total + " in " + amounts.size() + ", " + size;
        }

        @EventSourcingHandler
        void on(TallyEvent.TallyOpened opened) {
            id = opened.tally();
            size = opened.size();
        }

        @EventSourcingHandler
        void on(TallyEvent.Counted counted) {
            total += counted.amount();
            amounts.add(counted.amount());
            while (amounts.size() > 2_000) {
                amounts.removeFirst();
            }
        }
    }

    @AggregateRoot
    @NullUnmarked
    static class Ticket {

        @AggregateIdentifier
        private String id;

        Ticket() {}

        Ticket(Admit admit) {
            apply(new TicketEvent.TicketAdmitted(admit.ticket(), "x".repeat(200)));
        }

        @CommandHandler
        void handle(Touch touch) {
            apply(new TicketEvent.TicketTouched(id, touch.entry()));
        }

        @EventSourcingHandler
        void on(TicketEvent.TicketAdmitted admitted) {
            id = admitted.ticket();
        }
    }

    /** Decides across two aggregates, like an admission. */
    static class Desk {

        private final Repository<Tally> tallies;
        private final Repository<Ticket> tickets;

        Desk(Repository<Tally> tallies, Repository<Ticket> tickets) {
            this.tallies = tallies;
            this.tickets = tickets;
        }

        @CommandHandler
        String handle(Admit admit) throws Exception {
            tallies.load(admit.tally()).execute(tally -> tally.handle(new Count(admit.tally(), 1)));
            tickets.newInstance(() -> new Ticket(admit));
            return admit.ticket();
        }

        @CommandHandler
        void handle(Hold hold) throws InterruptedException {
            hold.entered().countDown();
            hold.release().await();
        }
    }

    /** A row a ticket; and one more for each entry that a ticket touches, which may be touched again. */
    record TicketRows() implements InlineRows {

        @Override
        public String name() {
            return "sample_ticket";
        }

        @Override
        public String statement() {
            return "insert into sample.ticket (tenant_id, key, touches, note) select *, null::bytea"
                    + " from unnest(?::text[], ?::text[], ?::int8[])"
                    + " on conflict (tenant_id, key) where touches > 0"
                    + " do update set touches = sample.ticket.touches + 1";
        }

        @Override
        public List<String> types() {
            return List.of("text", "text", "int8");
        }

        @Override
        public List<Object[]> rows(EventMessage<?> event) {
            String tenant = String.valueOf(event.getMetaData().get(TenantContext.TENANT));
            return switch (event.getPayload()) {
                case TicketEvent.TicketAdmitted admitted -> row(tenant, admitted.ticket(), 0);
                case TicketEvent.TicketTouched touched -> row(tenant, touched.entry(), 1);
                default -> List.of();
            };
        }

        private static List<Object[]> row(String tenant, String key, int touches) {
            return List.<Object[]>of(new Object[] {tenant, key, touches});
        }

        @Override
        public boolean owns(String constraint) {
            return constraint.equals("ticket_once");
        }
    }

    static final String TABLES = """
        create schema sample;
        grant usage on schema sample to firebreak_app, firebreak_system, firebreak_journal;
        create table sample.ticket (
            tenant_id text not null, key text not null, touches int8 not null, note bytea);
        create unique index ticket_once on sample.ticket (tenant_id, key) where touches = 0;
        create unique index ticket_touched on sample.ticket (tenant_id, key) where touches > 0;
        call journal.guard('sample.ticket');
        grant select, insert, update on sample.ticket to firebreak_journal;
        create policy written on sample.ticket to firebreak_journal using (true) with check (true);
        """;
}
