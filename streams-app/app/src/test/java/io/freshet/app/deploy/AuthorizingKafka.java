package io.freshet.app.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.testkit.broker.KafkaNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * A Kafka node that authenticates its clients and grants them the rights that Strimzi would grant the users of the
 * manifests.
 *
 * <p>Users authenticate with their name as the password rather than with certificates; their rights are the same.
 */
final class AuthorizingKafka implements AutoCloseable {
    private static final String ADMIN = "admin";
    private static final String LISTENER = "CLIENTS";
    private static final String LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required ";

    private final KafkaNode node;

    private AuthorizingKafka(KafkaNode node) {
        this.node = node;
    }

    /** Starts a node with these {@code KafkaUser} resources. */
    static AuthorizingKafka start(Path folder, List<JsonNode> users) throws Exception {
        KafkaNode node = KafkaNode.start(folder, List.of(LISTENER), settings(users));
        AuthorizingKafka kafka = new AuthorizingKafka(node);
        try (Admin admin = Admin.create(new HashMap<>(kafka.clientOf(ADMIN)))) {
            admin.createAcls(users.stream().flatMap(AuthorizingKafka::aclsOf).toList())
                    .all()
                    .get();
        }
        return kafka;
    }

    /** Returns the settings of a client that may do everything. */
    Map<String, String> clientOfAdmin() {
        return clientOf(ADMIN);
    }

    /** Returns the settings of a client that acts as this user. */
    Map<String, String> clientOf(String user) {
        return Map.of(
                "bootstrap.servers",
                node.address(LISTENER),
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                LOGIN + "username=\"" + user + "\" password=\"" + user + "\";");
    }

    @Override
    public void close() {
        node.close();
    }

    private static Map<String, String> settings(List<JsonNode> users) {
        Map<String, String> settings = new HashMap<>();
        settings.put("listener.security.protocol.map", "CLIENTS:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("inter.broker.listener.name", LISTENER);
        settings.put("sasl.enabled.mechanisms", "PLAIN");
        settings.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
        settings.put("listener.name.clients.plain.sasl.jaas.config", login(users));
        settings.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        settings.put("super.users", "User:" + ADMIN + ";User:ANONYMOUS");
        return settings;
    }

    private static String login(List<JsonNode> users) {
        List<String> names = new ArrayList<>(List.of(ADMIN));
        users.forEach(user -> names.add(Manifests.nameOf(user)));
        return LOGIN + "username=\"" + ADMIN + "\" password=\"" + ADMIN + "\" "
                + names.stream()
                        .map(name -> "user_" + name + "=\"" + name + "\"")
                        .collect(Collectors.joining(" "))
                + ";";
    }

    private static Stream<AclBinding> aclsOf(JsonNode user) {
        String principal = "User:" + Manifests.nameOf(user);
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

    /** Converts, for example, {@code describeConfigs} to {@code DESCRIBE_CONFIGS}. */
    private static String snake(String camel) {
        return camel.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
    }
}
