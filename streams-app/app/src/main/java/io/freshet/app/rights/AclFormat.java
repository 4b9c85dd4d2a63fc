package io.freshet.app.rights;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;

/** How a tool writes the rights of a user. */
public enum AclFormat {
    /** Commands of {@code kafka-acls.sh}. */
    KAFKA_ACLS {
        @Override
        public String write(User user, List<Right> rights) {
            return rights.stream()
                    .map(right -> "kafka-acls.sh --bootstrap-server " + user.bootstrapServers() + " --add --"
                            + (right.denied() ? "deny" : "allow") + "-principal 'User:" + user.name() + "'"
                            + right.operations().stream()
                                    .map(operation -> " --operation " + camel(operation.name()))
                                    .collect(Collectors.joining())
                            + " --"
                            + right.type().name().toLowerCase(Locale.ROOT).replace('_', '-') + " "
                            + right.name() + (right.prefixed() ? " --resource-pattern-type prefixed" : "") + "\n")
                    .collect(Collectors.joining());
        }
    },
    /** A {@code KafkaUser} of Strimzi. */
    STRIMZI {
        @Override
        public String write(User user, List<Right> rights) {
            return String.format(Locale.ROOT, """
                    ---
                    apiVersion: kafka.strimzi.io/v1
                    kind: KafkaUser
                    metadata:
                      name: %s
                      labels:
                        strimzi.io/cluster: %s
                    spec:
                      authentication:
                        type: tls
                      authorization:
                        type: simple
                        acls:
                    """, user.name(), user.cluster())
                    + rights.stream().map(STRIMZI::acl).collect(Collectors.joining());
        }
    },
    /** Resources of Terraform's provider Mongey/kafka. */
    TERRAFORM {
        @Override
        public String write(User user, List<Right> rights) {
            StringBuilder text = new StringBuilder();
            for (Right right : rights) {
                for (AclOperation operation : right.operations()) {
                    text.append(resource(user, right, operation));
                }
            }
            return text.toString();
        }
    };

    /**
     * The user to write.
     *
     * @param bootstrapServers for {@link #KAFKA_ACLS}
     * @param cluster name of the {@code Kafka} resource, for {@link #STRIMZI}
     */
    public record User(String name, String bootstrapServers, String cluster) {}

    /** Returns the text, which ends with a line break. */
    public abstract String write(User user, List<Right> rights);

    String acl(Right right) {
        return String.format(
                        Locale.ROOT,
                        """
                      - resource:
                          type: %s
                          name: %s
                          patternType: %s
                        operations: [%s]
                """,
                        right.type() == ResourceType.TRANSACTIONAL_ID ? "transactionalId" : lower(right.type()),
                        right.name(),
                        right.prefixed() ? "prefix" : "literal",
                        right.operations().stream()
                                .map(operation -> camel(operation.name()))
                                .collect(Collectors.joining(", ")))
                + (right.denied() ? "        type: deny\n" : "");
    }

    String resource(User user, Right right, AclOperation operation) {
        String label = String.join(
                        "_",
                        user.name(),
                        right.denied() ? "deny" : "allow",
                        lower(operation),
                        lower(right.type()),
                        right.name(),
                        right.prefixed() ? "prefix" : "literal")
                .replaceAll("[^A-Za-z0-9_-]", "-");
        return String.format(
                Locale.ROOT,
                """
                resource "kafka_acl" "%s" {
                  resource_type                = "%s"
                  resource_name                = "%s"
                  resource_pattern_type_filter = "%s"
                  acl_principal                = "User:%s"
                  acl_host                     = "*"
                  acl_operation                = "%s"
                  acl_permission_type          = "%s"
                }
                """,
                label,
                right.type() == ResourceType.TRANSACTIONAL_ID ? "TransactionalID" : camel(lower(right.type())),
                right.name(),
                right.prefixed() ? "Prefixed" : "Literal",
                user.name(),
                camel(operation.name()),
                right.denied() ? "Deny" : "Allow");
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** Converts, for example, {@code DESCRIBE_CONFIGS} to {@code DescribeConfigs}. */
    private static String camel(String constant) {
        return Arrays.stream(constant.split("_", -1))
                .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT)
                        + word.substring(1).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining());
    }
}
