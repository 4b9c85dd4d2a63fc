package io.freshet.app.rights;

import java.util.Collection;
import java.util.List;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;

/**
 * Operations on a resource that a user is allowed, or denied.
 *
 * @param type topic, group or transactional id
 * @param prefixed whether the right is for all names that begin with this one
 * @param operations in the order in which they are printed
 * @param denied whether the operations are denied, against a wider right
 */
public record Right(ResourceType type, String name, boolean prefixed, List<AclOperation> operations, boolean denied) {
    public Right {
        operations = List.copyOf(operations);
    }

    static Right on(ResourceType type, String name, AclOperation... operations) {
        return new Right(type, name, false, List.of(operations), false);
    }

    /** Returns the same right with other operations. */
    Right with(Collection<AclOperation> others) {
        return new Right(type, name, prefixed, List.copyOf(others), denied);
    }

    static Right onPrefix(ResourceType type, String name, AclOperation... operations) {
        return new Right(type, name, true, List.of(operations), false);
    }
}
