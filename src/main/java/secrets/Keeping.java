package secrets;

import java.util.Optional;
import java.util.function.Consumer;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.Repository;
import org.springframework.stereotype.Component;
import secrets.SecretCommand.AddVersion;
import secrets.SecretCommand.CreateSecret;
import secrets.SecretCommand.GrantSecret;
import secrets.SecretCommand.LimitAgentClass;
import secrets.SecretCommand.ReadSecrets;
import secrets.SecretCommand.ReinstateCredentials;
import secrets.SecretCommand.RemoveGrant;
import secrets.SecretCommand.RemoveSecret;
import secrets.SecretCommand.RetireDue;
import secrets.SecretCommand.RetireVersion;
import secrets.SecretCommand.RevokeCredentials;

/** Changes a tenant's book, and opens it when there is something to write into it. Each answer is the book afterwards. */
@Component
class Keeping {

    private final Repository<SecretBook> books;

    Keeping(Repository<SecretBook> books) {
        this.books = books;
    }

    @CommandHandler
    BookView handle(CreateSecret create) throws Exception {
        return changed(create.book(), book -> book.create(create));
    }

    @CommandHandler
    BookView handle(AddVersion add) throws Exception {
        return changed(add.book(), book -> book.add(add));
    }

    @CommandHandler
    BookView handle(RetireVersion retire) throws Exception {
        return changed(retire.book(), book -> book.retire(retire.secret(), retire.version()));
    }

    @CommandHandler
    BookView handle(RetireDue retire) {
        return find(retire.book())
                .map(book -> changed(book, due -> due.retireDue(retire.now())))
                .orElse(BookView.EMPTY);
    }

    @CommandHandler
    BookView handle(RemoveSecret remove) throws Exception {
        return changed(remove.book(), book -> book.remove(remove.secret()));
    }

    @CommandHandler
    BookView handle(GrantSecret grant) throws Exception {
        return changed(grant.book(), book -> book.grant(grant.grant()));
    }

    @CommandHandler
    BookView handle(RemoveGrant remove) throws Exception {
        return changed(remove.book(), book -> book.removeGrant(remove.secret(), remove.grant()));
    }

    @CommandHandler
    BookView handle(LimitAgentClass limit) throws Exception {
        // Nothing is limited by saying so of a class in an empty book.
        return limit.mode() == Mode.MUTATE && find(limit.book()).isEmpty()
                ? BookView.EMPTY
                : changed(limit.book(), book -> book.limit(limit.agentClass(), limit.mode()));
    }

    @CommandHandler
    BookView handle(RevokeCredentials revoke) throws Exception {
        return changed(revoke.book(), book -> book.revoke(revoke.scope(), revoke.key(), revoke.reason()));
    }

    @CommandHandler
    BookView handle(ReinstateCredentials reinstate) throws Exception {
        return changed(
                reinstate.book(), book -> book.reinstate(reinstate.scope(), reinstate.key(), reinstate.reason()));
    }

    @CommandHandler
    BookView handle(ReadSecrets read) {
        return find(read.book()).map(book -> book.invoke(SecretBook::view)).orElse(BookView.EMPTY);
    }

    /** In the tenant's lane only. */
    Optional<Aggregate<SecretBook>> find(SecretBookId book) {
        try {
            return Optional.of(books.load(book.toString()));
        } catch (AggregateNotFoundException nothingWritten) {
            return Optional.empty();
        }
    }

    private BookView changed(SecretBookId id, Consumer<SecretBook> change) throws Exception {
        Optional<Aggregate<SecretBook>> found = find(id);
        if (found.isPresent()) {
            return changed(found.get(), change);
        }
        return books.newInstance(() -> new SecretBook(id, change)).invoke(SecretBook::view);
    }

    private static BookView changed(Aggregate<SecretBook> found, Consumer<SecretBook> change) {
        return found.invoke(book -> {
            change.accept(book);
            return book.view();
        });
    }
}
