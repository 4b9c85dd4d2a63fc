package io.freshet.app.deploy;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.testkit.broker.KafkaNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * A Kafka node whose clients log in with SCRAM-SHA-512. A user has the rights that a {@code KafkaUser} of the manifests or the
 * commands of {@code freshet acls} grant.
 *
 * <p>Users log in with their name as the password, even if the manifests give them certificates; their rights are the same.
 */
final class AuthorizingKafka implements AutoCloseable {
    private static final String CLIENTS = "CLIENTS";

    /** Where clients are not authenticated and may do everything: for the broker itself and for administration. */
    private static final String INTERNAL = "INTERNAL";

    private static final String SCRAM = "SCRAM-SHA-512";
    private static final String LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required";
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final KafkaNode node;

    private AuthorizingKafka(KafkaNode node) {
        this.node = node;
    }

    /** Starts a node without users. */
    static AuthorizingKafka start(Path folder) throws IOException {
        return new AuthorizingKafka(KafkaNode.start(folder, List.of(CLIENTS, INTERNAL), settings()));
    }

    /** Adds users with the rights of these {@code KafkaUser} resources. */
    void addUsers(List<JsonNode> users) throws Exception {
        addUsers(
                users.stream().map(Manifests::nameOf).toList(),
                users.stream().flatMap(AuthorizingKafka::aclsOf).toList());
    }

    /**
     * Adds users with the rights that commands of {@code kafka-acls.sh} grant.
     *
     * @param commands one command per line, as {@code freshet acls} prints them
     * @return the names of the users
     */
    Set<String> addUsers(String commands) throws Exception {
        List<AclBinding> acls = commands.lines().flatMap(PrintedAcls::bindings).toList();
        Set<String> names = acls.stream()
                .map(acl -> acl.entry().principal().substring("User:".length()))
                .collect(Collectors.toCollection(TreeSet::new));
        addUsers(names, acls);
        return names;
    }

    private void addUsers(Collection<String> names, List<AclBinding> acls) throws Exception {
        try (Admin admin = Admin.create(new HashMap<>(clientOfAdmin()))) {
            admin.createAcls(acls).all().get();
            // The rights come first, so that a user who can log in has them.
            List<UserScramCredentialAlteration> logins = new ArrayList<>();
            for (String name : names) {
                logins.add(new UserScramCredentialUpsertion(
                        name, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), name));
            }
            admin.alterUserScramCredentials(logins).all().get();
        }
        for (String name : names) {
            await().atMost(TIMEOUT).ignoreExceptions().until(() -> canLogIn(name));
        }
    }

    private boolean canLogIn(String user) throws Exception {
        try (Admin admin = Admin.create(new HashMap<>(clientOf(user)))) {
            return !admin.describeCluster().nodes().get().isEmpty();
        }
    }

    /** Returns the settings of a client that may do everything. */
    Map<String, String> clientOfAdmin() {
        return Map.of("bootstrap.servers", node.address(INTERNAL));
    }

    /** Returns the settings of a client that acts as this user. */
    Map<String, String> clientOf(String user) {
        return Map.of(
                "bootstrap.servers",
                node.address(CLIENTS),
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                SCRAM,
                "sasl.jaas.config",
                LOGIN + " username=\"" + user + "\" password=\"" + user + "\";");
    }

    @Override
    public void close() {
        node.close();
    }

    private static Map<String, String> settings() {
        return Map.of(
                "listener.security.protocol.map",
                "CLIENTS:SASL_PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "inter.broker.listener.name",
                INTERNAL,
                "sasl.enabled.mechanisms",
                SCRAM,
                "listener.name.clients.scram-sha-512.sasl.jaas.config",
                LOGIN + ";",
                "authorizer.class.name",
                "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "super.users",
                "User:ANONYMOUS");
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
                                    principal,
                                    "*",
                                    AclOperation.fromString(PrintedAcls.snake(operation.asText())),
                                    permission)));
        });
    }

    private static ResourcePattern patternOf(JsonNode resource) {
        return new ResourcePattern(
                ResourceType.fromString(PrintedAcls.snake(resource.path("type").asText())),
                resource.path("name").asText(),
                resource.path("patternType").asText().equals("prefix") ? PatternType.PREFIXED : PatternType.LITERAL);
    }
}
