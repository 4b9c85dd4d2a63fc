package io.freshet.app.deploy;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** Reads commands of {@code kafka-acls.sh} as strictly as that program does: an option that it would not know is an error. */
final class PrintedAcls {
    private PrintedAcls() {}

    /** Returns what a command such as {@code kafka-acls.sh --bootstrap-server … --add …} creates. */
    static Stream<AclBinding> bindings(String command) {
        Iterator<String> words = List.of(command.split(" ", -1)).iterator();
        require(words.next().equals("kafka-acls.sh"), command);
        String principal = "";
        AclPermissionType permission = AclPermissionType.UNKNOWN;
        List<AclOperation> operations = new ArrayList<>();
        ResourceType type = ResourceType.UNKNOWN;
        String name = "";
        PatternType pattern = PatternType.LITERAL;
        while (words.hasNext()) {
            String option = words.next();
            switch (option) {
                case "--add" -> {}
                case "--bootstrap-server" -> require(words.next().contains(":"), command);
                case "--allow-principal", "--deny-principal" -> {
                    permission = option.startsWith("--allow") ? AclPermissionType.ALLOW : AclPermissionType.DENY;
                    principal = words.next().replace("'", "");
                }
                case "--operation" -> operations.add(AclOperation.fromString(snake(words.next())));
                case "--topic", "--group", "--transactional-id" -> {
                    type = ResourceType.fromString(
                            option.substring(2).replace('-', '_').toUpperCase(Locale.ROOT));
                    name = words.next();
                }
                case "--resource-pattern-type" ->
                    pattern = PatternType.fromString(words.next().toUpperCase(Locale.ROOT));
                default ->
                    throw new IllegalArgumentException("the option %s must exist: %s".formatted(option, command));
            }
        }
        require(principal.startsWith("User:") && !name.isEmpty() && !operations.isEmpty(), command);
        String user = principal;
        AclPermissionType allowed = permission;
        ResourcePattern resource = new ResourcePattern(type, name, pattern);
        return operations.stream()
                .map(operation -> new AclBinding(resource, new AccessControlEntry(user, "*", operation, allowed)));
    }

    /** Converts, for example, {@code DescribeConfigs} or {@code describeConfigs} to {@code DESCRIBE_CONFIGS}. */
    static String snake(String camel) {
        return camel.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
    }

    private static void require(boolean holds, String command) {
        if (!holds) {
            throw new IllegalArgumentException("the line must be a complete command: " + command);
        }
    }
}
