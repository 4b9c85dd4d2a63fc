package io.freshet.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A Kafka node that asks who its clients are, and lets them do what Strimzi would let the users of the manifests do.
 *
 * <p>Users prove themselves by their name as a password, and not by certificates: what they may do is the same.
 */
final class AuthorizingKafka implements AutoCloseable {
    private static final String ADMIN = "admin";
    private static final String LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required ";

    private final KafkaRaftServer server;
    private final int port;

    private AuthorizingKafka(KafkaRaftServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /** Starts a node that knows these {@code KafkaUser} resources. */
    static AuthorizingKafka start(Path folder, List<JsonNode> users) throws Exception {
        int port = freePort();
        format(folder);
        Properties properties = new Properties();
        properties.putAll(settings(folder, port, freePort(), users));
        KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(properties), Time.SYSTEM);
        server.startup();
        AuthorizingKafka kafka = new AuthorizingKafka(server, port);
        try (Admin admin = Admin.create(new HashMap<>(kafka.clientOf(ADMIN)))) {
            admin.createAcls(users.stream().flatMap(AuthorizingKafka::aclsOf).toList())
                    .all()
                    .get();
        }
        return kafka;
    }

    /** May do everything. */
    Map<String, String> clientOfAdmin() {
        return clientOf(ADMIN);
    }

    /** The settings with which a client is that user. */
    Map<String, String> clientOf(String user) {
        return Map.of(
                "bootstrap.servers",
                "127.0.0.1:" + port,
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                LOGIN + "username=\"" + user + "\" password=\"" + user + "\";");
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private static void format(Path folder) throws Exception {
        new Formatter()
                .setNodeId(1)
                .setClusterId(Uuid.randomUuid().toString())
                .setDirectories(List.of(folder.toString()))
                .setMetadataLogDirectory(folder.toString())
                .setControllerListenerName("CONTROLLER")
                .setReleaseVersion(MetadataVersion.latestProduction())
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .run();
    }

    private static Map<String, String> settings(Path folder, int port, int controllerPort, List<JsonNode> users) {
        Map<String, String> settings = new HashMap<>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("listeners", "CLIENTS://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        settings.put("listener.security.protocol.map", "CLIENTS:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("inter.broker.listener.name", "CLIENTS");
        settings.put("sasl.enabled.mechanisms", "PLAIN");
        settings.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
        settings.put("listener.name.clients.plain.sasl.jaas.config", login(users));
        settings.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        settings.put("super.users", "User:" + ADMIN + ";User:ANONYMOUS");
        settings.put("log.dirs", folder.toString());
        settings.put("auto.create.topics.enable", "false");
        settings.put("group.initial.rebalance.delay.ms", "0");
        for (String topic : List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
            settings.put(topic + ".replication.factor", "1");
            settings.put(topic + ".num.partitions", "1");
        }
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(8 << 20));
        return settings;
    }

    private static String login(List<JsonNode> users) {
        List<String> names = new ArrayList<>(List.of(ADMIN));
        users.forEach(user -> names.add(user.at("/metadata/name").asText()));
        return LOGIN + "username=\"" + ADMIN + "\" password=\"" + ADMIN + "\" "
                + names.stream()
                        .map(name -> "user_" + name + "=\"" + name + "\"")
                        .collect(Collectors.joining(" "))
                + ";";
    }

    private static Stream<AclBinding> aclsOf(JsonNode user) {
        String principal = "User:" + user.at("/metadata/name").asText();
        return user.at("/spec/authorization/acls").valueStream().flatMap(acl -> {
            ResourcePattern pattern = patternOf(acl.path("resource"));
            AclPermissionType permission =
                    AclPermissionType.fromString(acl.path("type").asText("allow"));
            return acl.path("operations")
                    .valueStream()
                    .map(operation -> new AclBinding(
                            pattern,
                            new AccessControlEntry(
                                    principal, "*", AclOperation.fromString(snake(operation.asText())), permission)));
        });
    }

    private static ResourcePattern patternOf(JsonNode resource) {
        return new ResourcePattern(
                ResourceType.fromString(snake(resource.path("type").asText())),
                resource.path("name").asText(),
                resource.path("patternType").asText().equals("prefix") ? PatternType.PREFIXED : PatternType.LITERAL);
    }

    /** {@code describeConfigs} is {@code DESCRIBE_CONFIGS}. */
    private static String snake(String camel) {
        return camel.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
