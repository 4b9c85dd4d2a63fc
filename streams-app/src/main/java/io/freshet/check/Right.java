package io.freshet.check;

import java.util.Locale;

/**
 * Something that a Kafka user must be allowed.
 *
 * @param kind {@code topic}, {@code group} or {@code transactional-id}, as kafka-acls.sh calls it
 * @param operation as kafka-acls.sh calls it
 * @param prefixed whether it is wanted for all names that begin like this one
 */
record Right(String kind, String name, String operation, boolean prefixed) {
    Right(String kind, String name, String operation) {
        this(kind, name, operation, false);
    }

    /** The command that gives it. */
    String remedy(String bootstrapServers) {
        return "kafka-acls.sh --bootstrap-server " + bootstrapServers
                + " --add --allow-principal User:<this user> --operation " + operation + " --" + kind + " " + name
                + (prefixed ? " --resource-pattern-type prefixed" : "");
    }

    Finding missing(String bootstrapServers) {
        return Finding.problem(
                "rights",
                "this user must have " + operation + " on " + kind.replace('-', ' ') + " " + name
                        + (prefixed ? "*" : "") + ", and has not",
                remedy(bootstrapServers));
    }

    /** The operation as an ACL's enumeration calls it. */
    String constant() {
        return operation.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
    }
}
