package tenancy.containment;

import java.util.List;
import java.util.function.Function;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.modelling.command.Aggregate;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import tenancy.Conflict;
import tenancy.NotFound;
import tenancy.TenantId;
import tenancy.containment.ContainmentCommand.ConfirmContainment;
import tenancy.containment.ContainmentCommand.ConfirmRelease;
import tenancy.containment.ContainmentCommand.ExpirePostures;
import tenancy.containment.ContainmentCommand.FireRule;
import tenancy.containment.ContainmentCommand.ReadPosturesAgain;
import tenancy.containment.ContainmentCommand.ReadRules;
import tenancy.containment.ContainmentCommand.ReleasePosture;
import tenancy.containment.ContainmentCommand.ReleaseScope;
import tenancy.containment.ContainmentCommand.RemoveRule;
import tenancy.containment.ContainmentCommand.SetPosture;
import tenancy.containment.ContainmentCommand.SetRule;
import tenancy.containment.KnownPostures.Standing;

/** Changes a tenant's book. With the commit, and before anybody is answered, this node acts on the change. */
@Component
class Containing {

    private final PostureBooks books;
    private final PostureNews news;
    /** It sends commands, and so comes after whoever handles them. */
    private final ObjectProvider<WatchedConduct> conduct;

    Containing(PostureBooks books, PostureNews news, ObjectProvider<WatchedConduct> conduct) {
        this.books = books;
        this.news = news;
        this.conduct = conduct;
    }

    @CommandHandler
    PostureChange handle(SetPosture set) throws Exception {
        TenantId tenant = set.book().tenant();
        var known = books.find(tenant);
        if (known.isPresent()) {
            return changed(tenant, known.get(), book -> book.set(set));
        }
        PostureChange[] change = new PostureChange[1];
        Aggregate<PostureBook> opened =
                books.open(tenant, () -> new PostureBook(set.book(), book -> change[0] = book.set(set)));
        tell(tenant, opened);
        return change[0];
    }

    @CommandHandler
    PostureChange handle(ReleasePosture release) {
        return changed(release.book().tenant(), book(release, release.containment()), book -> book.release(release));
    }

    @CommandHandler
    PostureChange handle(ReleaseScope release) {
        TenantId tenant = release.book().tenant();
        Aggregate<PostureBook> found = books.find(tenant)
                .orElseThrow(() -> new Conflict(
                        "not_contained",
                        "Nothing is set for %s.".formatted(release.scope().word())));
        return changed(
                tenant,
                found,
                book -> book.release(release.scope(), release.by(), release.owner(), release.reason(), release.at()));
    }

    @CommandHandler
    PostureChange handle(ConfirmRelease confirm) {
        return changed(confirm.book().tenant(), book(confirm, confirm.containment()), book -> book.confirm(confirm));
    }

    @CommandHandler
    List<PostureChange> handle(ExpirePostures expire) {
        TenantId tenant = expire.book().tenant();
        return books.find(tenant)
                .map(book -> changed(tenant, book, due -> due.expire(expire.at())))
                .orElse(List.of());
    }

    @CommandHandler
    void handle(ConfirmContainment confirmed) {
        book(confirmed, confirmed.containment()).execute(book -> book.confirm(confirmed));
    }

    @CommandHandler
    Rule handle(SetRule set) throws Exception {
        TenantId tenant = set.book().tenant();
        var known = books.find(tenant);
        Aggregate<PostureBook> book = known.isPresent()
                ? known.get()
                : books.open(tenant, () -> new PostureBook(set.book(), opened -> opened.set(set.rule(), set.at())));
        if (known.isPresent()) {
            Rule unused = book.invoke(opened -> opened.set(set.rule(), set.at()));
        }
        tellRules(tenant, book);
        return set.rule();
    }

    @CommandHandler
    void handle(RemoveRule remove) {
        TenantId tenant = remove.book().tenant();
        Aggregate<PostureBook> book =
                books.find(tenant).orElseThrow(() -> new NotFound("containment rule", remove.rule()));
        book.execute(opened -> opened.remove(remove.rule(), remove.owner(), remove.at()));
        tellRules(tenant, book);
    }

    @CommandHandler
    List<Rule> handle(ReadRules read) {
        return books.find(read.book().tenant())
                .map(found -> found.invoke(PostureBook::rules))
                .orElse(List.of());
    }

    @CommandHandler
    PostureChange handle(FireRule fired) {
        TenantId tenant = fired.book().tenant();
        return books.find(tenant)
                .map(book -> changed(tenant, book, opened -> opened.fire(fired)))
                .orElseGet(PostureChange.Noted::new);
    }

    private void tellRules(TenantId tenant, Aggregate<PostureBook> book) {
        List<Rule> rules = book.invoke(PostureBook::rules);
        CurrentUnitOfWork.get().afterCommit(committed -> conduct.getObject().know(tenant, rules));
    }

    @CommandHandler
    void handle(ReadPosturesAgain again) {
        TenantId tenant = again.book().tenant();
        books.readAnew(tenant);
        books.find(tenant).ifPresent(book -> tell(tenant, book));
    }

    private Aggregate<PostureBook> book(ContainmentCommand command, String containment) {
        return books.find(command.book().tenant()).orElseThrow(() -> new NotFound("containment in force", containment));
    }

    private <T> T changed(TenantId tenant, Aggregate<PostureBook> book, Function<PostureBook, T> change) {
        T answer = book.invoke(change);
        tell(tenant, book);
        return answer;
    }

    /** The book of now: another command of the batch may change it before the commit, and tells of that itself. */
    private void tell(TenantId tenant, Aggregate<PostureBook> book) {
        Standing standing = book.invoke(now -> new Standing(now.epoch(), now.inForce(), now.stood()));
        CurrentUnitOfWork.get().afterCommit(committed -> news.tell(tenant, standing));
    }
}
