package policy;

import java.util.Optional;
import java.util.function.Consumer;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.Repository;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import policy.PolicyCommand.DiscardDraft;
import policy.PolicyCommand.DropShadow;
import policy.PolicyCommand.EnforceShadow;
import policy.PolicyCommand.ExpireRules;
import policy.PolicyCommand.PublishDraft;
import policy.PolicyCommand.PublishPolicy;
import policy.PolicyCommand.ReadDraft;
import policy.PolicyCommand.ReadPolicy;
import policy.PolicyCommand.ReadShadow;
import policy.PolicyCommand.RestorePolicy;
import policy.PolicyCommand.SaveDraft;
import tenancy.NotFound;
import tenancy.Workspaces;

/** The life of a profile's versions: drafted, published, tried in shadow, restored, and rules taken out at their end. */
@Component
class Publishing {

    private final Books books;
    private final Guardrails guardrails;
    private final Repository<PolicyDraft> drafts;
    private final Workspaces workspaces;

    Publishing(Books books, Guardrails guardrails, Repository<PolicyDraft> drafts, Workspaces workspaces) {
        this.books = books;
        this.guardrails = guardrails;
        this.drafts = drafts;
        this.workspaces = workspaces;
    }

    @CommandHandler
    PublishedPolicy handle(PublishPolicy publish) throws Exception {
        return put(
                publish.profile(),
                publish.document(),
                publish.expectedVersion(),
                publish.expectedVersion(),
                publish.comment(),
                publish.mode());
    }

    private PublishedPolicy put(
            ProfileId profile,
            PolicyDocument document,
            @Nullable Long expectedVersion,
            @Nullable Long fromVersion,
            String comment,
            Mode mode)
            throws Exception {
        Optional<Aggregate<PolicyBook>> found = books.findNow(profile);
        if (found.isPresent()) {
            PublishedPolicy published = found.get().invoke(book -> {
                book.publish(document, expectedVersion, fromVersion, comment, mode);
                return mode == Mode.SHADOW ? book.shadow().orElseThrow() : book.inForce();
            });
            guardrails.changed(profile, found.get());
            return published;
        }
        if (expectedVersion != null) {
            throw new VersionMismatch(profile.profile(), expectedVersion, 0);
        }
        if (mode == Mode.SHADOW) {
            throw new NothingInForce(profile.profile());
        }
        Lint.check(profile.tenant(), Layer.of(profile.tenant(), profile.profile()), document);
        Layer.workspace(profile.tenant(), profile.profile()).ifPresent(workspaces::expect);
        Aggregate<PolicyBook> opened = books.open(profile, () -> new PolicyBook(profile, document, comment));
        guardrails.changed(profile, opened);
        return opened.invoke(PolicyBook::inForce);
    }

    @CommandHandler
    PublishedPolicy handle(RestorePolicy restore) {
        return changed(
                restore.profile(),
                book -> book.restore(
                        restore.document(), restore.version(), restore.expectedVersion(), restore.comment()));
    }

    @CommandHandler
    PublishedPolicy handle(EnforceShadow enforce) {
        return changed(enforce.profile(), book -> book.enforceShadow(enforce.comment()));
    }

    @CommandHandler
    PublishedPolicy handle(DropShadow drop) {
        return changed(drop.profile(), book -> book.dropShadow(drop.comment()));
    }

    @CommandHandler
    PublishedPolicy handle(ExpireRules expire) {
        return changed(expire.profile(), book -> book.expire(expire.now()));
    }

    @CommandHandler
    Optional<PublishedPolicy> handle(ReadPolicy read) {
        return books.in(read.profile(), PolicyBook::inForce);
    }

    @CommandHandler
    Optional<PublishedPolicy> handle(ReadShadow read) {
        return books.in(read.profile(), PolicyBook::shadow).flatMap(shadow -> shadow);
    }

    @CommandHandler
    DraftView handle(SaveDraft save) throws Exception {
        ProfileId profile = save.draft().of();
        Long inForce = books.in(profile, PolicyBook::inForce)
                .map(PublishedPolicy::version)
                .orElse(null);
        Optional<Aggregate<PolicyDraft>> found = draft(save.draft());
        if (found.isPresent()) {
            found.get()
                    .execute(draft -> draft.save(
                            profile.profile(), save.document(), save.fromVersion(), inForce, save.expectedRevision()));
            return kept(found.get());
        }
        if (save.expectedRevision() != null) {
            throw new PolicyDraft.DraftChanged(profile.profile(), save.expectedRevision(), 0);
        }
        Long from = save.fromVersion() == null ? inForce : save.fromVersion();
        return kept(drafts.newInstance(() -> new PolicyDraft(save.draft(), save.document(), from)));
    }

    @CommandHandler
    boolean handle(DiscardDraft discard) {
        Optional<Aggregate<PolicyDraft>> found = draft(discard.draft());
        found.ifPresent(draft -> draft.execute(kept -> kept.close(null)));
        return found.isPresent();
    }

    @CommandHandler
    Optional<DraftView> handle(ReadDraft read) {
        return draft(read.draft()).flatMap(found -> found.invoke(PolicyDraft::kept));
    }

    /** The version and the end of its draft are committed together. */
    @CommandHandler
    PublishedPolicy handle(PublishDraft publish) throws Exception {
        ProfileId profile = publish.draft().of();
        Aggregate<PolicyDraft> found =
                draft(publish.draft()).orElseThrow(() -> new NotFound("policy draft", profile.profile()));
        DraftView draft =
                found.invoke(PolicyDraft::kept).orElseThrow(() -> new NotFound("policy draft", profile.profile()));
        Long expected = publish.expectedVersion() == null ? draft.fromVersion() : publish.expectedVersion();
        PublishedPolicy published =
                put(profile, draft.document(), expected, draft.fromVersion(), publish.comment(), publish.mode());
        found.execute(closed -> closed.close(published.version()));
        return published;
    }

    private PublishedPolicy changed(ProfileId profile, Consumer<PolicyBook> change) {
        Aggregate<PolicyBook> found =
                books.findNow(profile).orElseThrow(() -> new NotFound("policy", profile.profile()));
        PublishedPolicy inForce = found.invoke(book -> {
            change.accept(book);
            return book.inForce();
        });
        guardrails.changed(profile, found);
        return inForce;
    }

    private Optional<Aggregate<PolicyDraft>> draft(DraftId draft) {
        try {
            return Optional.of(drafts.load(draft.toString()));
        } catch (AggregateNotFoundException nobodySaved) {
            return Optional.empty();
        }
    }

    private static DraftView kept(Aggregate<PolicyDraft> draft) {
        return draft.invoke(saved -> saved.kept().orElseThrow());
    }
}
