package platform;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventhandling.EventBus;
import org.axonframework.messaging.MetaData;
import org.axonframework.serialization.Revision;
import org.axonframework.spring.stereotype.Aggregate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.modulith.core.ApplicationModules;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import secrets.NarrowToken;
import tenancy.Refusal;

/** Rules about the code itself. */
class BoundariesTest {

    private static final Path SOURCES = Path.of("src/main/java");
    private static final JavaClasses ours = new ClassFileImporter().importPath(Path.of("target/classes"));

    private static final DescribedPredicate<JavaClass> OUTSIDE_TENANCY =
            DescribedPredicate.not(resideInAPackage("tenancy.."));

    @Test
    void modules_use_only_whom_they_say_they_use() {
        ApplicationModules.of(AgentPlatform.class).verify();
    }

    @Test
    void commands_stay_inside_their_module() {
        classes()
                .that()
                .haveSimpleNameEndingWith("Command")
                .should()
                .bePackagePrivate()
                .check(ours);
    }

    @Test
    void endpoints_rows_and_projections_are_nobody_elses_business() {
        classes()
                .that()
                .haveSimpleNameEndingWith("Endpoint")
                .or()
                .haveSimpleNameEndingWith("Row")
                .or()
                .haveSimpleNameEndingWith("Projection")
                .should()
                .notBePublic()
                .check(ours);
    }

    @Test
    void events_are_records_with_a_revision() {
        classes()
                .that(describe("are cases of a sealed ...Event interface", BoundariesTest::isEvent))
                .should()
                .beRecords()
                .andShould()
                .beAnnotatedWith(Revision.class)
                .check(ours);
    }

    @Test
    void time_comes_from_the_clock_and_ids_from_their_supplier() {
        noClasses()
                .should()
                .callMethodWhere(describe("reads a clock or makes an id by itself", BoundariesTest::isAmbient))
                .check(ours);
    }

    /** A class that has to extend the framework's may be split in two; everything else is composed. */
    @Test
    void nothing_is_inherited_but_refusals_and_frameworks() {
        classes()
                .that()
                .areNotInterfaces()
                .and(describe("extend a plain class of ours", BoundariesTest::extendsOurs))
                .should()
                .beAssignableTo(Refusal.class)
                .check(ours);
    }

    @Test
    void nobody_outside_tenancy_puts_a_tenant_into_metadata() {
        noClasses()
                .that(OUTSIDE_TENANCY)
                .should()
                .callMethodWhere(describe("sets the tenant in metadata", BoundariesTest::setsTenant))
                .check(ours);
    }

    /** In sources and not in bytecode, where constants are gone. */
    @ParameterizedTest
    @ValueSource(strings = {"set_config", "app.tenant"})
    void nobody_outside_tenancy_tells_the_database_the_tenant(String words) throws IOException {
        assertThat(sourcesWith(words)).noneMatch(file -> !file.startsWith(SOURCES.resolve("tenancy")));
    }

    @Test
    void only_lanes_publish_events() {
        noClasses()
                .that(describe(
                        "handle no commands",
                        type -> type.getMethods().stream()
                                .noneMatch(method -> method.isAnnotatedWith(CommandHandler.class))))
                .and(DescribedPredicate.not(resideInAPackage("journal..")))
                .should()
                .callMethodWhere(describe(
                        "publishes on the event bus",
                        call -> call.getTargetOwner().isAssignableTo(EventBus.class)
                                && call.getTarget().getName().equals("publish")))
                .check(ours);
    }

    @Test
    void only_execution_audit_and_platform_name_the_journal() {
        noClasses()
                .that(DescribedPredicate.not(resideInAnyPackage("journal..", "execution..", "audit..", "platform..")))
                .should()
                .dependOnClassesThat(resideInAPackage("journal.."))
                .check(ours);
    }

    /** A replay has no effect because from where it is told nothing can be sent and nothing can be asked for. */
    @Test
    void a_replay_reaches_no_gateway_and_sends_no_command() {
        noClasses()
                .that(resideInAPackage("audit.replay.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage("execution.gateway..", "org.axonframework.commandhandling.."))
                .orShould()
                .dependOnClassesThat(describe(
                        "asks for something to be done",
                        type -> List.of("tenancy.TenantCommands", "execution.Actions", "tenancy.Attempts")
                                .contains(type.getName())))
                .check(ours);
        noClasses()
                .that(resideInAPackage("audit.."))
                .should()
                .dependOnClassesThat(resideInAPackage("execution.gateway.."))
                .check(ours);
    }

    @Test
    void every_endpoint_method_says_who_may_call_it() {
        methods()
                .that()
                .areDeclaredInClassesThat(describe(
                        "are endpoints of the API",
                        type -> type.isAnnotatedWith(RestController.class)
                                && !type.getPackageName().equals("platform")))
                .and()
                .areMetaAnnotatedWith(RequestMapping.class)
                .should()
                .beAnnotatedWith(PreAuthorize.class)
                .check(ours);
    }

    /** What is handed out was signed here or given by a token endpoint: nothing that was sealed can be made into one. */
    @Test
    void only_minting_makes_a_token_that_may_be_handed_out() {
        noClasses()
                .that(DescribedPredicate.not(resideInAPackage("secrets.minting")))
                .should()
                .callConstructorWhere(describe(
                        "makes a token that may be handed out",
                        call -> call.getTargetOwner().isEquivalentTo(NarrowToken.class)))
                .check(ours);
    }

    @Test
    void there_is_no_static_state() {
        fields().that()
                .areStatic()
                .and()
                .areDeclaredInClassesThat(
                        describe("are written by us", type -> type.getSource().isPresent()))
                .should()
                .beFinal()
                .check(ours);
    }

    /** A snapshot is read back field by field, and what is final would silently stay as it began. */
    @Test
    void nothing_of_an_aggregate_is_final() {
        fields().that()
                .areDeclaredInClassesThat(describe("are aggregates", type -> type.isAnnotatedWith(Aggregate.class)))
                .and()
                .areNotStatic()
                .should()
                .notBeFinal()
                .check(ours);
    }

    /** A lane decides upon what it is still committing: a lock that is held until then would make it wait for itself. */
    @Test
    void an_aggregate_has_no_lock_but_its_lane() {
        classes()
                .that()
                .areAnnotatedWith(Aggregate.class)
                .should()
                .beAnnotatedWith(describe(
                        "@Aggregate(lockFactory = \"laneIsLock\")",
                        annotation -> annotation.getRawType().isEquivalentTo(Aggregate.class)
                                && annotation
                                        .get("lockFactory")
                                        .filter("laneIsLock"::equals)
                                        .isPresent()))
                .check(ours);
    }

    private static boolean isEvent(JavaClass type) {
        return type.getEnclosingClass()
                .filter(parent -> parent.isInterface() && parent.getSimpleName().endsWith("Event"))
                .filter(parent -> type.isAssignableTo(parent.getName()))
                .isPresent();
    }

    private static boolean isAmbient(JavaMethodCall call) {
        String name = call.getTarget().getName();
        JavaClass owner = call.getTargetOwner();
        boolean now = name.equals("now")
                && call.getTarget().getRawParameterTypes().isEmpty()
                && Stream.of(
                                Instant.class,
                                LocalDate.class,
                                LocalDateTime.class,
                                ZonedDateTime.class,
                                OffsetDateTime.class)
                        .anyMatch(owner::isEquivalentTo);
        return now
                || owner.isEquivalentTo(UUID.class) && name.equals("randomUUID")
                || owner.isEquivalentTo(System.class) && name.equals("currentTimeMillis");
    }

    private static boolean extendsOurs(JavaClass type) {
        return type.getRawSuperclass()
                .filter(parent -> ours.contain(parent.getName()))
                .flatMap(JavaClass::getRawSuperclass)
                .filter(grandparent -> ours.contain(grandparent.getName())
                        || grandparent.isEquivalentTo(Object.class)
                        || grandparent.isEquivalentTo(RuntimeException.class))
                .isPresent();
    }

    /** Constants are inlined, so no single key can be told apart: outside of tenancy nobody writes any. */
    private static boolean setsTenant(JavaMethodCall call) {
        return call.getTargetOwner().isEquivalentTo(MetaData.class)
                && List.of("with", "and", "from").contains(call.getTarget().getName());
    }

    private static List<Path> sourcesWith(String words) throws IOException {
        try (var files = Files.walk(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> read(file).contains(words))
                    .toList();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
