package io.freshet.app.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicPlan;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.testkit.broker.KafkaNode;
import io.freshet.testkit.process.FreshetProcess;
import io.freshet.testkit.tls.Certificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the distribution on a broker that requires tokens (OAUTHBEARER) or certificates (mTLS), from a click to its
 * recommendation. The test uses only settings that a user can make: configuration keys, environment variables and
 * files. At the listeners TOKENS and CERTIFICATES, the broker gives rights only to the user who must have logged in.
 * ANONYMOUS is a super user, too, for the listeners of the broker itself: INTERNAL and CONTROLLER.
 */
final class SecuredBrokerIT {
    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path DISTRIBUTION = Path.of("target", "freshet");
    private static final Path OAUTH = Manifests.K8S.resolve("components").resolve("oauth");
    private static final String TOKEN_URL = "FRESHET_KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL";
    private static final String ALLOWED_URLS = "org.apache.kafka.sasl.oauthbearer.allowed.urls";
    private static final String USER = "freshet";

    @TempDir
    private static Path folder;

    private static TokenIssuer issuer;
    private static Certificates certificates;
    private static KafkaNode kafka;
    private static @Nullable String allowedBefore;

    @BeforeAll
    static void start() throws Exception {
        issuer = TokenIssuer.start();
        // The broker and the test's own clients run in this JVM.
        allowedBefore = System.getProperty(ALLOWED_URLS);
        System.setProperty(ALLOWED_URLS, issuer.tokenUrl() + "," + issuer.keysUrl());
        certificates = new Certificates(Files.createDirectories(folder.resolve("certificates")));
        certificates.make("broker", "ip:127.0.0.1");
        certificates.make(USER, "dns:freshet");
        kafka = KafkaNode.start(folder.resolve("kafka"), List.of("TOKENS", "CERTIFICATES", "INTERNAL"), settings());
    }

    @AfterAll
    static void stop() {
        kafka.close();
        issuer.close();
        if (allowedBefore == null) {
            System.clearProperty(ALLOWED_URLS);
        } else {
            System.setProperty(ALLOWED_URLS, allowedBefore);
        }
    }

    private static Map<String, String> settings() {
        String login = "listener.name.tokens.oauthbearer.sasl.";
        Map<String, String> settings = new HashMap<>();
        settings.put(
                "listener.security.protocol.map",
                "TOKENS:SASL_SSL,CERTIFICATES:SSL,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("inter.broker.listener.name", "INTERNAL");
        settings.putAll(certificates.ofListener("tokens", "broker"));
        settings.putAll(certificates.ofListener("certificates", "broker"));
        settings.putAll(certificates.ofListenerForClient("certificates", USER));
        settings.put("sasl.enabled.mechanisms", "OAUTHBEARER");
        settings.put(
                login + "jaas.config", "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;");
        settings.put(
                login + "server.callback.handler.class",
                "org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler");
        settings.put("sasl.oauthbearer.jwks.endpoint.url", issuer.keysUrl());
        settings.put("sasl.oauthbearer.expected.issuer", issuer.name());
        settings.put(SaslConfigs.SASL_OAUTHBEARER_EXPECTED_AUDIENCE, TokenIssuer.AUDIENCE);
        settings.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        settings.put("super.users", "User:ANONYMOUS;User:" + TokenIssuer.CLIENT + ";User:CN=" + USER);
        return settings;
    }

    /** The environment is that of {@code k8s/components/oauth}, with this broker, identity provider and trust store. */
    @Test
    void shouldAnswerAClickOnABrokerThatRequiresTokens() throws Exception {
        Map<String, String> environment = environmentOfComponent(TokenIssuer.SECRET);
        environment.put("FRESHET_APPLICATION_ID", "tokens");
        environment.put("FRESHET_TOPICS_PREFIX", "tokens.");
        environment.putAll(small("tokens"));
        FreshetConfig config = FreshetConfig.load(null, configurationIn(environment), Map.of());

        try (FreshetProcess freshet = FreshetProcess.startDistribution(
                DISTRIBUTION, folder.resolve("tokens.txt"), environment, "run", "--roles", "streams,trainer")) {
            awaitAnswerOfTheModel(config, freshet, folder.resolve("tokens.txt"));
        }
    }

    /** The settings are a file, as in the guide. The password is in another file. */
    @Test
    void shouldAnswerAClickOnABrokerThatRequiresCertificates() throws Exception {
        Path secrets = Files.createDirectories(folder.resolve("secrets"));
        Files.writeString(secrets.resolve("keystore.password"), Certificates.PASSWORD);
        Path file = Files.writeString(folder.resolve("certificates.properties"), """
                application.id=certificates
                topics.prefix=certificates.
                kafka.bootstrap.servers=%s
                kafka.security.protocol=SSL
                kafka.ssl.truststore.type=PEM
                kafka.ssl.truststore.location=%s
                kafka.ssl.keystore.type=PKCS12
                kafka.ssl.keystore.location=%s
                kafka.config.providers=dir
                kafka.config.providers.dir.class=org.apache.kafka.common.config.provider.DirectoryConfigProvider
                kafka.ssl.keystore.password=${dir:%s:keystore.password}
                """.formatted(
                        kafka.address("CERTIFICATES"),
                        certificates.certificate("broker"),
                        certificates.keyStore(USER),
                        secrets));
        FreshetConfig config = FreshetConfig.load(file, Map.of(), Map.of());

        try (FreshetProcess freshet = FreshetProcess.startDistribution(
                DISTRIBUTION,
                folder.resolve("certificates.txt"),
                small("certificates"),
                "run",
                "--roles",
                "streams,trainer",
                "--config",
                file.toString())) {
            awaitAnswerOfTheModel(config, freshet, folder.resolve("certificates.txt"));
        }
    }

    @Test
    void shouldRefuseAWrongSecretAndAClientWithoutACertificate() throws Exception {
        Map<String, Object> wrong = FreshetConfig.load(
                        null, configurationIn(environmentOfComponent("another secret")), Map.of())
                .kafka()
                .forAdmin();
        assertThatThrownBy(() -> Admin.create(wrong).close()).isInstanceOf(KafkaException.class);
        assertThat(issuer.refusals()).isPositive();

        Map<String, String> without = new HashMap<>(certificates.ofClient("broker"));
        without.put("kafka.bootstrap.servers", kafka.address("CERTIFICATES"));
        try (Admin admin = Admin.create(FreshetConfig.of(without).kafka().forAdmin())) {
            assertThatThrownBy(() -> admin.describeCluster().nodes().get())
                    .hasCauseInstanceOf(SslAuthenticationException.class);
        }
    }

    /** Returns the variables that the component sets in a pod. */
    private static Map<String, String> environmentOfComponent(String secret) throws IOException {
        Path mounted = Files.createDirectories(folder.resolve("oauth"));
        Files.writeString(mounted.resolve("sasl.jaas.config"), """
                org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required clientId="%s" clientSecret="%s";
                """.formatted(TokenIssuer.CLIENT, secret));
        Map<String, String> environment = new HashMap<>();
        JsonNode component = Manifests.documents(Manifests.read(OAUTH.resolve("kustomization.yaml")))
                .getFirst();
        for (JsonNode literal : component.at("/configMapGenerator/0/literals")) {
            String[] setting = literal.asText().split("=", 2);
            environment.put(setting[0], setting[1].replace("/etc/freshet-oauth", mounted.toString()));
        }
        environment.put(TOKEN_URL, issuer.tokenUrl());
        JsonNode pod = Manifests.documents(Manifests.read(OAUTH.resolve("client.yaml")))
                .getFirst();
        for (JsonNode variable : pod.at("/spec/template/spec/containers/0/env")) {
            environment.put(
                    variable.path("name").asText(),
                    variable.path("value").asText().replace("$(" + TOKEN_URL + ")", issuer.tokenUrl()));
        }
        certificates.ofClient("broker").forEach((key, value) -> {
            if (key.startsWith("kafka.ssl.")) {
                environment.put(variable(key), value);
            }
        });
        environment.put("FRESHET_KAFKA_BOOTSTRAP_SERVERS", kafka.address("TOKENS"));
        return environment;
    }

    private static Map<String, String> configurationIn(Map<String, String> environment) {
        Map<String, String> configuration = new HashMap<>(environment);
        configuration.keySet().removeIf(name -> !name.startsWith("FRESHET_"));
        return configuration;
    }

    private static String variable(String key) {
        return "FRESHET_" + key.toUpperCase(Locale.ROOT).replace('.', '_');
    }

    private static Map<String, String> small(String name) {
        return Map.of(
                "FRESHET_STATE_DIR",
                folder.resolve("state-" + name).toString(),
                "FRESHET_TOPICS_PARTITIONS",
                "1",
                "FRESHET_MODEL_DIM",
                "16",
                "FRESHET_ONLINE_SNAPSHOT_INTERVAL_MS",
                "1000");
    }

    /** Sends clicks until one has been answered by the model. The clients log in as the process does. */
    private static void awaitAnswerOfTheModel(FreshetConfig config, FreshetProcess freshet, Path output)
            throws IOException {
        TopicPartition answers = new TopicPartition(config.get(TopicKeys.RECOMMENDATIONS), 0);
        awaitTopics(config, freshet, output);
        Map<String, Object> reading = config.kafka().forConsumer();
        reading.put("isolation.level", "read_committed");
        reading.put("auto.offset.reset", "earliest");
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                        config.kafka().forProducer(), new StringSerializer(), new StringSerializer());
                KafkaConsumer<String, String> consumer =
                        new KafkaConsumer<>(reading, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(answers));
            int[] clicks = {0};
            await().atMost(TIMEOUT).until(() -> {
                assertIsAlive(freshet, output);
                for (int user = 0; user < 5; user++) {
                    producer.send(click(config, "user-" + user, "item-" + (user + clicks[0]++) % 40))
                            .get();
                }
                return hasAnswerOfTheModel(consumer);
            });
        }
    }

    private static boolean hasAnswerOfTheModel(KafkaConsumer<String, String> consumer) throws IOException {
        for (ConsumerRecord<String, String> answer : consumer.poll(Duration.ofMillis(200))) {
            JsonNode json = JSON.readTree(answer.value());
            if (json.hasNonNull("model")
                    && !json.hasNonNull("fallback")
                    && !json.path("items").isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private static void awaitTopics(FreshetConfig config, FreshetProcess freshet, Path output) {
        try (Admin admin = Admin.create(config.kafka().forAdmin())) {
            await().atMost(TIMEOUT).until(() -> {
                assertIsAlive(freshet, output);
                return admin.listTopics().names().get().containsAll(new TopicPlan(config).needed());
            });
        }
    }

    private static void assertIsAlive(FreshetProcess freshet, Path output) throws IOException {
        assertThat(freshet.isAlive()).as(Files.readString(output)).isTrue();
    }

    private static ProducerRecord<String, String> click(FreshetConfig config, String user, String item) {
        return new ProducerRecord<>(
                config.get(TopicKeys.CLICKS),
                user,
                "{\"user_id\":\"%s\",\"item_id\":\"%s\",\"timestamp\":%d}"
                        .formatted(user, item, System.currentTimeMillis()));
    }
}
