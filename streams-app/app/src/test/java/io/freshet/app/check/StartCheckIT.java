package io.freshet.app.check;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.freshet.app.cli.models.SmallSnapshots;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.TopicPosition;
import io.freshet.testkit.broker.ListenerPorts;
import io.freshet.testkit.broker.TcpProxy;
import io.freshet.testkit.process.FreshetProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Creates each problem that prevents a process from starting, on real brokers and disks, and checks that each is
 * reported with its remedy.
 */
@Timeout(30) // the guide promises 15 s, but the machine may be busy
class StartCheckIT {
    private static final Roles BOTH = new Roles(true, true, false);
    private static final Roles STREAMS = new Roles(true, false, false);
    private static final Roles SCORER = new Roles(false, false, true);

    @TempDir
    static Path folder;

    private static GuardedKafka kafka;

    @TempDir
    Path state;

    @BeforeAll
    static void startKafka() throws Exception {
        kafka = GuardedKafka.start(folder);
        Map<String, String> settings =
                Map.of("kafka.bootstrap.servers", kafka.address("OPEN"), "topics.partitions", "4");
        new TopicsCheck(FreshetConfig.of(settings)).create();
    }

    @AfterAll
    static void stopKafka() {
        kafka.close();
    }

    @Test
    void shouldFindNothingWrongWhenNothingIs() throws Exception {
        List<Finding> findings = run(BOTH, Map.of());

        assertThat(findings).extracting(Finding::outcome).containsOnly(Outcome.OK, Outcome.NOTE);
        assertThat(findings)
                .extracting(Finding::check)
                .contains(
                        "configuration",
                        "bootstrap",
                        "connection",
                        "topic clicks",
                        "rights",
                        "state.dir",
                        "model-store",
                        "memory");
    }

    @Test
    void shouldNameTheCommandWhenTheTrainerCannotContinueFromTheNewestSnapshot() throws Exception {
        Path models = state.resolve("models");
        String version = SmallSnapshots.save(new FileSnapshotStore(models), 5, Instant.EPOCH)
                .version();

        assertThat(problems(run(BOTH, Map.of("model.store.path", models.toString()))))
                .filteredOn(finding -> finding.check().equals("snapshot-position"))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.message()).contains("ends at offset 0", "another cluster");
                    assertThat(finding.remedy()).contains("freshet models adopt " + version);
                });
    }

    @Test
    void shouldFindNothingWrongWhenTheBrokersCertificateIsTrusted() throws Exception {
        Map<String, String> settings = new HashMap<>(kafka.trusting("broker"));
        settings.put("kafka.bootstrap.servers", kafka.address("TLS"));

        assertThat(problems(run(BOTH, settings))).isEmpty();
    }

    @Test
    void shouldNameABootstrapServerThatDoesNotResolve() throws Exception {
        assertOnlyProblem(
                run(BOTH, Map.of("kafka.bootstrap.servers", "no-such-broker.invalid:9092")),
                "bootstrap",
                "no-such-broker.invalid does not resolve",
                "kafka.bootstrap.servers");
    }

    @Test
    void shouldNameAPortThatNobodyListensOn() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        String servers = "127.0.0.1:" + port;

        assertOnlyProblem(
                run(BOTH, Map.of("kafka.bootstrap.servers", servers)),
                "bootstrap",
                "nothing listens on " + servers,
                "start");
    }

    @Test
    void shouldWarnOfOneOfTwoBrokersThatIsNotThere() throws Exception {
        List<Finding> findings =
                run(BOTH, Map.of("kafka.bootstrap.servers", "gone.invalid:9092," + kafka.address("OPEN")));

        assertThat(problems(findings)).isEmpty();
        assertThat(findings)
                .anyMatch(f -> f.outcome() == Outcome.WARNING && f.message().contains("gone.invalid does not resolve"));
    }

    @Test
    void shouldNameAnAddressThatBrokersSendTheirClientsToInVain() throws Exception {
        assertOnlyProblem(
                run(BOTH, Map.of("kafka.bootstrap.servers", kafka.address("AWAY"))),
                "brokers",
                "broker.invalid",
                "advertised.listeners");
    }

    @Test
    void shouldNameAPortWhereNobodySpeaksTls() throws Exception {
        Map<String, String> settings = new HashMap<>(kafka.trusting("broker"));
        settings.put("kafka.bootstrap.servers", kafka.address("OPEN"));

        assertOnlyProblem(run(BOTH, settings), "tls", "speaks no TLS", "PLAINTEXT");
    }

    @Test
    void shouldNameAPortWhereTlsIsSpoken() throws Exception {
        assertOnlyProblem(
                run(BOTH, Map.of("kafka.bootstrap.servers", kafka.address("TLS"))), "tls", "speaks TLS", "SSL");
    }

    @Test
    void shouldNameACertificateThatIsNotTrusted() throws Exception {
        Map<String, String> settings = new HashMap<>(kafka.trusting("elsewhere"));
        settings.put("kafka.bootstrap.servers", kafka.address("TLS"));

        assertOnlyProblem(run(BOTH, settings), "tls", "is not trusted", "kafka.ssl.truststore.location");
    }

    @Test
    void shouldNameACertificateThatIsForAnotherHost() throws Exception {
        Map<String, String> settings = new HashMap<>(kafka.trusting("elsewhere"));
        settings.put("kafka.bootstrap.servers", kafka.address("MISNAMED"));

        assertOnlyProblem(run(BOTH, settings), "tls", "is for another name", "use the name that is in it");
    }

    @Test
    void shouldNameATrustStoreThatCannotBeOpened() throws Exception {
        Map<String, String> settings = new HashMap<>(kafka.trusting("broker"));
        settings.put("kafka.bootstrap.servers", kafka.address("TLS"));
        settings.put("kafka.ssl.truststore.password", "another");
        assertOnlyProblem(run(BOTH, settings), "connection", "password", "kafka.ssl.*");

        settings.put("kafka.ssl.truststore.location", state.resolve("none.p12").toString());
        assertOnlyProblem(run(BOTH, settings), "connection", "none.p12", "kafka.ssl.*");
    }

    @Test
    void shouldNameALoginThatIsRefused() throws Exception {
        Map<String, String> settings = new HashMap<>(GuardedKafka.login("reader", "wrong"));
        settings.put("kafka.bootstrap.servers", kafka.address("LOGIN"));
        assertOnlyProblem(run(BOTH, settings), "login", "refuses the login", "kafka.sasl.jaas.config");

        settings.put("kafka.sasl.mechanism", "SCRAM-SHA-512");
        settings.put(
                "kafka.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"a\" password=\"b\";");
        assertOnlyProblem(run(BOTH, settings), "login", "SCRAM-SHA-512", "kafka.sasl.mechanism");
    }

    @Test
    void shouldNameALoginThatIsWantedAndOneThatIsNot() throws Exception {
        assertOnlyProblem(
                run(BOTH, Map.of("kafka.bootstrap.servers", kafka.address("LOGIN"))),
                "login",
                "ends the connection of a client that does not log in",
                "SASL_PLAINTEXT");
        assertOnlyProblem(run(BOTH, GuardedKafka.login("reader", "right")), "login", "", "kafka.security.protocol");
    }

    @Test
    void shouldNameEachRightThatIsMissing() throws Exception {
        Map<String, String> settings = new HashMap<>(GuardedKafka.login("reader", "right"));
        settings.put("kafka.bootstrap.servers", kafka.address("LOGIN"));

        List<Finding> problems = problems(run(STREAMS, settings));

        assertThat(problems).extracting(Finding::check).containsOnly("rights");
        assertThat(problems)
                .extracting(Finding::message)
                .anyMatch(text -> text.contains("Read on topic clicks,"))
                .anyMatch(text -> text.contains("Write on topic recommendations,"))
                .anyMatch(text -> text.contains("Write on transactional id freshet-check,"))
                .anyMatch(text -> text.contains("Create on topic freshet-*,"));
        assertThat(problems).allMatch(finding -> finding.remedy().contains("kafka-acls.sh"));
    }

    @Test
    void shouldNameARightThatIsMissingOnAFurtherTopicOfClicks() throws Exception {
        try (Admin admin = kafka.admin()) {
            admin.createTopics(List.of(new NewTopic("app-clicks", 4, (short) 1)))
                    .all()
                    .get();
        }
        Map<String, String> settings = new HashMap<>(GuardedKafka.login("reader", "right"));
        settings.put("kafka.bootstrap.servers", kafka.address("LOGIN"));
        settings.put("topics.clicks", "clicks,app-clicks");
        settings.put("http.port", Integer.toString(ListenerPorts.free()));

        assertThat(problems(run(STREAMS, settings)))
                .extracting(Finding::message)
                .anyMatch(text -> text.contains("Read on topic clicks,"))
                .anyMatch(text -> text.contains("Read on topic app-clicks,"))
                .anyMatch(text -> text.contains("Write on topic clicks,"))
                .noneMatch(text -> text.contains("Write on topic app-clicks,"));
    }

    @Test
    void shouldLookAtAScorerByItself() throws Exception {
        assertThat(problems(run(SCORER, Map.of("variants.name", "wide")))).isEmpty();

        assertThat(problems(run(SCORER, Map.of())))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains("variants.name must be set"));

        Map<String, String> settings = new HashMap<>(GuardedKafka.login("reader", "right"));
        settings.put("kafka.bootstrap.servers", kafka.address("LOGIN"));
        settings.put("variants.name", "wide");
        List<Finding> problems = problems(run(SCORER, settings));
        assertThat(problems).extracting(Finding::check).containsOnly("rights");
        assertThat(problems)
                .extracting(Finding::message)
                .anyMatch(text -> text.contains("Read on topic sequences,"))
                .anyMatch(text -> text.contains("Write on transactional id freshet-scorer-wide-check,"))
                .noneMatch(text -> text.contains("clicks"));
    }

    @Test
    void shouldNameTopicsThatMayNotBeSeen() throws Exception {
        Map<String, String> settings = new HashMap<>(GuardedKafka.login("nobody", "right"));
        settings.put("kafka.bootstrap.servers", kafka.address("LOGIN"));

        assertThat(problems(run(STREAMS, settings)))
                .anyMatch(finding -> finding.check().equals("topic clicks")
                        && finding.message().contains("may not see it")
                        && finding.remedy().contains("--operation Describe --topic clicks"));
    }

    @Test
    void shouldNameMissingTopicsAndWhetherTheyWillBeMade() throws Exception {
        List<Finding> made = run(BOTH, Map.of("topics.clicks", "clicks-to-come"));
        assertThat(problems(made)).isEmpty();
        assertThat(made)
                .anyMatch(f -> f.outcome() == Outcome.NOTE && f.message().contains("freshet run makes it"));

        assertOnlyProblem(
                run(BOTH, Map.of("topics.clicks", "clicks-to-come", "topics.create", "false")),
                "topic clicks-to-come",
                "is missing",
                "freshet topics create");
        assertOnlyProblem(
                run(BOTH, Map.of("topics.sequences", "sequences-to-come", "topics.replication.factor", "3")),
                "topic sequences-to-come",
                "so many copies",
                "at most the number of brokers, which is 1");
    }

    @Test
    void shouldNamePartitionsThatDoNotAgree() throws Exception {
        try (Admin admin = kafka.admin()) {
            admin.createTopics(
                            List.of(new NewTopic("few-requests", 2, (short) 1), new NewTopic("wide-log", 3, (short) 1)))
                    .all()
                    .get();
            admin.createPartitions(Map.of("few-requests", NewPartitions.increaseTo(3)))
                    .all()
                    .get();
        }

        assertOnlyProblem(
                run(BOTH, Map.of("topics.recommendation-requests", "few-requests")),
                "topic few-requests",
                "as many partitions as clicks",
                "--alter --topic few-requests --partitions 4");
        assertThat(problems(run(BOTH, Map.of("topics.model-deltas", "wide-log"))))
                .anyMatch(f -> f.message().contains("must have 1 partition")
                        && f.remedy().contains("topics.model-deltas"));
        assertThat(problems(run(BOTH, Map.of("topics.model-log", "wide-log", "learners.count", "4"))))
                .anyMatch(f -> f.message().contains("a partition for each of learners.count=4 learners: it has 3")
                        && f.remedy().contains("--alter --topic wide-log --partitions 4"));
    }

    @Test
    void shouldNameTopicsOfClicksWithOtherPartitionsAndMakeMissingOnesLikeTheOthers() throws Exception {
        try (Admin admin = kafka.admin()) {
            admin.createTopics(List.of(new NewTopic("wide-clicks", 6, (short) 1)))
                    .all()
                    .get();
            assertOnlyProblem(
                    run(BOTH, Map.of("topics.clicks", "clicks,wide-clicks")),
                    "topic wide-clicks",
                    "as many partitions as clicks, so that they are co-partitioned by user: 6, and not 4",
                    "In place of each topic of clicks with another number, create a topic");

            Map<String, String> settings = Map.of(
                    "kafka.bootstrap.servers", kafka.address("OPEN"), "topics.clicks", "clicks-of-tills,wide-clicks");
            FreshetConfig config = FreshetConfig.of(settings);
            new TopicsCheck(config).create();
            assertThat(new TopicSetup(admin, config, Duration.ofSeconds(20))
                            .partitionCounts(List.of("clicks-of-tills")))
                    .isEqualTo(Map.of("clicks-of-tills", 6));
        }
        assertThatThrownBy(() -> TopicSetup.run(
                        FreshetConfig.of(Map.of(
                                "kafka.bootstrap.servers",
                                kafka.address("OPEN"),
                                "topics.clicks",
                                "clicks,wide-clicks")),
                        Duration.ofSeconds(20)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("clicks has 4 partitions, wide-clicks has 6")
                .hasMessageContaining("Do not add partitions to a topic that has clicks");
    }

    @Test
    void shouldWarnOfKeysThatAreOnOtherPartitionsThanOnTheOtherTopicsOfClicks() throws Exception {
        try (Admin admin = kafka.admin();
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.address("OPEN")),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            admin.createTopics(List.of(new NewTopic("clicks-of-c", 4, (short) 1)))
                    .all()
                    .get();
            Map<String, String> topics = Map.of("topics.clicks", "clicks,clicks-of-c");
            byte[] key = "ann".getBytes(UTF_8);
            int right = producer.send(new ProducerRecord<>("clicks-of-c", key, key))
                    .get()
                    .partition();
            producer.send(new ProducerRecord<>("clicks-of-c", (right + 1) % 4, null, key))
                    .get();
            assertThat(run(STREAMS, topics)).noneMatch(f -> f.check().equals("keys-of-clicks"));

            producer.send(new ProducerRecord<>("clicks-of-c", (right + 1) % 4, key, key))
                    .get();
            assertThat(run(STREAMS, topics))
                    .filteredOn(f -> f.check().equals("keys-of-clicks"))
                    .singleElement()
                    .satisfies(finding -> {
                        assertThat(finding.outcome()).isEqualTo(Outcome.WARNING);
                        assertThat(finding.message())
                                .contains("topic clicks-of-c: 1 of the newest 2 records with a key");
                        assertThat(finding.remedy()).contains("partitioner=murmur2_random");
                    });
        }
    }

    @Test
    void shouldNameTopicsThatLoseWhatIsInForceOrWhatIsToBeReplayed() throws Exception {
        try (Admin admin = kafka.admin()) {
            admin.createTopics(List.of(
                            new NewTopic("expiring-manifests", 1, (short) 1)
                                    .configs(Map.of("cleanup.policy", "delete")),
                            new NewTopic("short-log", 1, (short) 1)))
                    .all()
                    .get();
            ConfigResource log = new ConfigResource(ConfigResource.Type.TOPIC, "short-log");
            admin.incrementalAlterConfigs(Map.of(
                            log,
                            Set.of(
                                    set("retention.ms", "60000"),
                                    set("max.message.bytes", "1000"),
                                    set("min.insync.replicas", "2"))))
                    .all()
                    .get();
        }

        assertOnlyProblem(
                run(BOTH, Map.of("topics.model-manifests", "expiring-manifests")),
                "topic expiring-manifests",
                "cleanup.policy must be compact",
                "--add-config cleanup.policy=[compact]");
        assertThat(problems(run(BOTH, Map.of("topics.model-log", "short-log"))))
                .extracting(Finding::message)
                .anyMatch(text -> text.contains("must reach back over 2 snapshots"))
                .anyMatch(text -> text.contains("min.insync.replicas"));
        assertThat(problems(run(BOTH, Map.of("topics.model-deltas", "short-log"))))
                .extracting(Finding::message)
                .anyMatch(text -> text.contains("must reach back over 2 snapshots"))
                .anyMatch(text -> text.contains("online.delta.part.bytes"));
    }

    @Test
    void shouldNameAFolderOrAPortThatIsNotToBeHad() throws Exception {
        Path file = Files.writeString(state.resolve("file"), "");
        assertOnlyProblem(
                run(BOTH, Map.of("state.dir", file.resolve("in").toString(), "model.store.path", state.toString())),
                "state.dir",
                "is a file",
                "set state.dir");
        assertOnlyProblem(
                run(BOTH, Map.of("model.store.path", "/proc/freshet-models")),
                "model-store",
                "must be able to write into /proc",
                "set model.store.path");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            assertOnlyProblem(
                    run(BOTH, Map.of("http.port", port, "http.host", "127.0.0.1")),
                    "http.port",
                    "127.0.0.1:" + port,
                    "another http.port");
        }
    }

    @Test
    void shouldNameABucketThatDoesNotLetThisProcessIn() throws Exception {
        HttpServer s3 = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        s3.createContext("/", StartCheckIT::deny);
        s3.start();
        System.setProperty("aws.accessKeyId", "somebody");
        System.setProperty("aws.secretAccessKey", "else");
        try {
            String endpoint = "http://127.0.0.1:" + s3.getAddress().getPort();
            assertOnlyProblem(
                    run(
                            BOTH,
                            Map.of(
                                    "model.store.url",
                                    "s3://models/shop",
                                    "model.store.s3.endpoint",
                                    endpoint,
                                    "model.store.s3.path.style",
                                    "true")),
                    "model-store",
                    "access must be allowed: bucket=models",
                    "the rights to list the bucket");
        } finally {
            System.clearProperty("aws.accessKeyId");
            System.clearProperty("aws.secretAccessKey");
            s3.stop(0);
        }
    }

    private static void deny(HttpExchange exchange) throws IOException {
        byte[] body = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>".getBytes(UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/xml");
        exchange.sendResponseHeaders(403, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Test
    void shouldNameTheShapeOfASnapshotThatTheTrainerWouldRefuse() throws Exception {
        ModelConfig other = new ModelConfig(new SasRecConfig(128, 50, 2, 1), .1f, 42);
        new FileSnapshotStore(state.resolve("models"))
                .save(
                        ModelSnapshot.draft("default", other, 1, Instant.EPOCH)
                                .covering(new TopicPosition("model-log", 0, 0), Manifest.ALL_DELTAS, List.of()),
                        new SnapshotFiles().add("probe", file -> Files.writeString(file, "probe")));

        assertOnlyProblem(run(BOTH, Map.of()), "snapshot", "model.dim=64, snapshot=128", "another model.name");
        assertThat(problems(run(BOTH, Map.of("model.dim", "128")))).isEmpty();
        assertThat(problems(run(STREAMS, Map.of())))
                .as("scorers take the snapshot's")
                .isEmpty();
    }

    /** A proxy in front of a healthy broker makes it slower than brokers usually are. */
    @Test
    void shouldBearABrokerThatIsSlow() throws Exception {
        try (TcpProxy slow = TcpProxy.to(kafka.address("OPEN")).delayAnswers(Duration.ofMillis(1_700))) {
            assertThat(problems(run(BOTH, Map.of("kafka.bootstrap.servers", slow.address()))))
                    .isEmpty();
        }
    }

    @Test
    void shouldSayThatThereIsNoSnapshotYet() throws Exception {
        assertThat(run(BOTH, Map.of())).anyMatch(f -> f.check().equals("snapshot") && f.outcome() == Outcome.NOTE);
        assertThat(run(STREAMS, Map.of()))
                .anyMatch(f -> f.check().equals("snapshot")
                        && f.outcome() == Outcome.WARNING
                        && f.remedy().contains("run a trainer"));
    }

    @Test
    @Timeout(60)
    void shouldEndInTimeAsAProcessWhenABrokerTakesConnectionsAndSaysNothing() throws Exception {
        Path json = state.resolve("check.json");
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                FreshetProcess process = FreshetProcess.start(
                        state.resolve("out"),
                        "run",
                        "--check",
                        "--json",
                        json.toString(),
                        "--set",
                        "state.dir=" + state,
                        "--set",
                        "kafka.bootstrap.servers=127.0.0.1:" + silent.getLocalPort())) {
            // 10 s on a quiet machine; Kafka's own limit would be a minute.
            assertThat(process.await(Duration.ofSeconds(40))).isEqualTo(1);
        }
        JsonNode report = FreshetProcess.summary(json);
        assertThat(report.path("good").asBoolean()).isFalse();
        assertThat(report.path("findings")
                        .valueStream()
                        .filter(f -> f.path("outcome").asText().equals("problem")))
                .singleElement()
                .satisfies(f ->
                        assertThat(f.path("message").asText()).contains("did not answer a Kafka request within 5 s"));
        assertThat(Files.readString(state.resolve("out"))).contains("1 problem").doesNotContain("NetworkClient");
    }

    @Test
    @Timeout(180) // three processes
    void shouldMakeAndCheckTopicsFromTheCommandLine() throws Exception {
        String[] settings = {
            "--set",
            "kafka.bootstrap.servers=" + kafka.address("OPEN"),
            "--set",
            "topics.dead-letters=letters-of-the-shop"
        };
        Path output = state.resolve("out");
        assertThat(freshet(output, "topics check", settings)).isEqualTo(1);
        assertThat(Files.readString(output)).contains("topic letters-of-the-shop: must exist", "freshet topics create");
        assertThat(freshet(output, "topics create", settings)).isZero();
        assertThat(Files.readString(output)).contains("made letters-of-the-shop: 4 partitions");
        assertThat(freshet(output, "topics check", settings))
                .as(() -> read(output))
                .isZero();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static int freshet(Path output, String command, String... settings) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(command.split(" ", -1)));
        arguments.addAll(List.of(settings));
        try (FreshetProcess process = FreshetProcess.start(output, arguments.toArray(String[]::new))) {
            return process.await(Duration.ofSeconds(60));
        }
    }

    private List<Finding> run(Roles roles, Map<String, String> more) throws Exception {
        Map<String, String> settings = new HashMap<>();
        settings.put("kafka.bootstrap.servers", kafka.address("OPEN"));
        settings.put("state.dir", state.toString());
        settings.putAll(more);
        return new StartCheck(roles).run(null, Map.of(), settings);
    }

    private static void assertOnlyProblem(List<Finding> findings, String check, String message, String remedy) {
        assertThat(problems(findings)).singleElement().satisfies(problem -> {
            assertThat(problem.check()).isEqualTo(check);
            assertThat(problem.message()).contains(message);
            assertThat(problem.remedy()).contains(remedy);
        });
    }

    private static List<Finding> problems(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.outcome() == Outcome.PROBLEM)
                .toList();
    }

    private static AlterConfigOp set(String name, String value) {
        return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
    }
}
