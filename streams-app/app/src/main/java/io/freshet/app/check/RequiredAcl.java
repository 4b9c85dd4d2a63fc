package io.freshet.app.check;

import java.util.Locale;

/**
 * A permission that the Kafka user needs.
 *
 * @param kind the resource type as kafka-acls.sh names it: {@code topic}, {@code group} or {@code transactional-id}
 * @param operation the operation as kafka-acls.sh names it
 * @param prefixed whether the right is needed for all names that begin with this one
 */
record RequiredAcl(String kind, String name, String operation, boolean prefixed) {
    RequiredAcl(String kind, String name, String operation) {
        this(kind, name, operation, false);
    }

    /** Returns the command that grants the right. */
    String remedy(String bootstrapServers) {
        return "kafka-acls.sh --bootstrap-server " + bootstrapServers
                + " --add --allow-principal User:<this user> --operation " + operation + " --" + kind + " " + name
                + (prefixed ? " --resource-pattern-type prefixed" : "");
    }

    Finding missing(String bootstrapServers) {
        return Finding.problem(
                "rights",
                "this user must have " + operation + " on " + kind.replace('-', ' ') + " " + name
                        + (prefixed ? "*" : "") + ", but does not have it",
                remedy(bootstrapServers));
    }

    /** Returns the name of the operation's constant in Kafka's enumeration. */
    String constant() {
        return operation.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
    }
}
