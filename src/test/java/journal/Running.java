package journal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import tenancy.TenantContext;
import tenancy.TenantId;

/** A running sample application and its own database, as tests talk to them. */
final class Running implements AutoCloseable {

    final String database;
    final ConfigurableApplicationContext context;
    /** Sees everything: the owner of the embedded server is a superuser. */
    final JdbcTemplate owner;

    private Running(String database, ConfigurableApplicationContext context) {
        this.database = database;
        this.context = context;
        this.owner = new JdbcTemplate(TestDatabases.owner(database));
    }

    static Running start(String... properties) {
        return on(TestDatabases.create(), properties);
    }

    static Running on(String database, String... properties) {
        String[] all = Stream.concat(
                        Arrays.stream(properties),
                        Stream.of(
                                "sample.database=" + database,
                                "spring.flyway.enabled=false",
                                "spring.main.banner-mode=off",
                                "spring.jpa.hibernate.ddl-auto=none",
                                "axon.axonserver.enabled=false",
                                "axon.timeout.enabled=false",
                                "axon.update-check.disabled=true",
                                "axon.metrics.auto-configuration.enabled=false",
                                "management.otlp.metrics.export.enabled=false",
                                "logging.level.root=warn",
                                "logging.level.org.axonframework.modelling=error",
                                "logging.level.com.zaxxer.hikari=error",
                                "logging.level.journal.GroupCommit=error"))
                .toArray(String[]::new);
        return new Running(
                database,
                new SpringApplicationBuilder(SampleApplication.class)
                        .web(WebApplicationType.NONE)
                        .properties(all)
                        .run());
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    CompletableFuture<Object> send(String tenant, Object command) {
        return send(tenant, command, "r1");
    }

    CompletableFuture<Object> send(String tenant, Object command, String request) {
        var answer = new CompletableFuture<Object>();
        var metaData = new HashMap<String, Object>(
                TenantContext.of(new TenantId(tenant), "test", request).metaData());
        metaData.put(TenantContext.AGENT, "agent_of_" + request);
        bean(CommandBus.class)
                .dispatch(GenericCommandMessage.asCommandMessage(command).withMetaData(metaData), (same, result) -> {
                    if (result.isExceptional()) {
                        answer.completeExceptionally(result.exceptionResult());
                    } else {
                        answer.complete(result.getPayload());
                    }
                });
        return answer;
    }

    Object ask(String tenant, Object command) {
        return send(tenant, command).orTimeout(30, TimeUnit.SECONDS).join();
    }

    /** Sends all in one lane batch. */
    @SuppressWarnings("FutureReturnValueIgnored")
    List<CompletableFuture<Object>> together(String tenant, Object... commands) throws InterruptedException {
        var entered = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        send(tenant, new Sample.Hold(entered, release));
        entered.await();
        List<CompletableFuture<Object>> answers = new ArrayList<>();
        for (int i = 0; i < commands.length; i++) {
            answers.add(send(tenant, commands[i], "r" + i));
        }
        release.countDown();
        return answers;
    }

    long count(String sql, Object... values) {
        Long counted = owner.queryForObject(sql, Long.class, values);
        return counted == null ? 0 : counted;
    }

    /** True if every tenant's numbers are 1, 2, 3 … */
    boolean gapFree() {
        return count("select count(*) from (select tenant_id from journal.event group by tenant_id"
                        + " having min(tenant_seq) <> 1 or max(tenant_seq) <> count(*)) gaps")
                == 0;
    }

    /** Writes an event as another process would. */
    void plant(String tenant, String aggregate, long sequence, long tenantSequence) {
        plant(owner, tenant, aggregate, sequence, tenantSequence);
    }

    void plant(JdbcTemplate connection, String tenant, String aggregate, long sequence, long tenantSequence) {
        Map<String, Object> event = Map.of("tally", aggregate, "amount", 5);
        connection.update(
                "insert into journal.event (tenant_id, tenant_seq, aggregate_identifier, sequence_number, type,"
                        + " event_identifier, time_stamp, payload_type, payload_revision, payload, meta_data)"
                        + " values (?, ?, ?, ?, 'Tally', gen_random_uuid()::text, now(), 'counted', '1', ?, ?)",
                tenant,
                tenantSequence,
                aggregate,
                sequence,
                "{\"tally\":\"%s\",\"amount\":%s}"
                        .formatted(event.get("tally"), event.get("amount"))
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8),
                "{\"tenant\":\"%s\"}".formatted(tenant).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        context.close();
    }
}
