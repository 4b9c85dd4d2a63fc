package io.freshet.app.check;

import io.freshet.testkit.broker.KafkaNode;
import io.freshet.testkit.tls.Certificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * A Kafka node with a listener for every way to misconfigure a client: plaintext, TLS with its own certificate, TLS with a
 * foreign certificate, a login, and a listener that advertises an address that does not exist. User {@code reader} may
 * describe everything and read nothing; {@code nobody} has no rights; all other users have all rights.
 */
final class GuardedKafka implements AutoCloseable {
    private static final String LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required ";

    private final KafkaNode node;
    private final Certificates certificates;

    private GuardedKafka(KafkaNode node, Certificates certificates) {
        this.node = node;
        this.certificates = certificates;
    }

    static GuardedKafka start(Path folder) throws Exception {
        Certificates certificates = new Certificates(Files.createDirectories(folder.resolve("certificates")));
        certificates.make("broker", "ip:127.0.0.1");
        certificates.make("elsewhere", "dns:broker.example");
        KafkaNode node = KafkaNode.start(
                folder.resolve("data"),
                List.of("OPEN", "TLS", "MISNAMED", "LOGIN", KafkaNode.AWAY),
                settings(certificates));
        GuardedKafka kafka = new GuardedKafka(node, certificates);
        try (Admin admin = kafka.admin()) {
            admin.createAcls(List.of(describe(ResourceType.TOPIC), describe(ResourceType.GROUP)))
                    .all()
                    .get();
        }
        return kafka;
    }

    private static Map<String, String> settings(Certificates certificates) {
        Map<String, String> settings = new HashMap<>();
        settings.put(
                "listener.security.protocol.map",
                "OPEN:PLAINTEXT,TLS:SSL,MISNAMED:SSL,LOGIN:SASL_PLAINTEXT,AWAY:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("inter.broker.listener.name", "OPEN");
        settings.putAll(certificates.ofListener("tls", "broker"));
        settings.putAll(certificates.ofListener("misnamed", "elsewhere"));
        settings.put("sasl.enabled.mechanisms", "PLAIN");
        settings.put(
                "listener.name.login.plain.sasl.jaas.config", LOGIN + "user_reader=\"right\" user_nobody=\"right\";");
        settings.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        settings.put("super.users", "User:ANONYMOUS");
        return settings;
    }

    private static AclBinding describe(ResourceType type) {
        return new AclBinding(
                new ResourcePattern(type, "*", PatternType.LITERAL),
                new AccessControlEntry("User:reader", "*", AclOperation.DESCRIBE, AclPermissionType.ALLOW));
    }

    /** Returns a client that may do everything. */
    Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", node.address("OPEN")));
    }

    String address(String listener) {
        return node.address(listener);
    }

    /** Returns the settings of a client that trusts a certificate: {@code broker}'s, or the one from {@code elsewhere}. */
    Map<String, String> trusting(String alias) {
        return certificates.ofClient(alias);
    }

    /** Returns the settings of a client that logs in. */
    static Map<String, String> login(String user, String password) {
        return Map.of(
                "kafka.security.protocol", "SASL_PLAINTEXT",
                "kafka.sasl.mechanism", "PLAIN",
                "kafka.sasl.jaas.config", LOGIN + "username=\"" + user + "\" password=\"" + password + "\";");
    }

    @Override
    public void close() {
        node.close();
    }
}
