package io.freshet.service.clickformat;

import io.freshet.client.click.ClickBuilder.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values that a format reads from a JSON document, as a tree of names. A node is a branch, which has further names
 * below it, or a leaf, whose value is read. Immutable once it is built, which one thread does.
 */
final class PathTree {
    private final PathTree root;
    private final Map<String, PathTree> children = new HashMap<>();
    private final List<Field> fields = new ArrayList<>();
    private final int number;
    private @Nullable String attribute;
    private @Nullable String envelope;
    private int nodes;

    /** Begins a tree. */
    PathTree() {
        root = this;
        number = 0;
        nodes = 1;
    }

    private PathTree(PathTree root) {
        this.root = root;
        number = root.nodes++;
    }

    /**
     * Adds a field of the click.
     *
     * @throws IllegalArgumentException if a value that is read would be inside another one
     */
    void addField(Field field, FieldPath path) {
        PathTree leaf = this;
        for (String name : path.names()) {
            if (leaf.isLeaf()) {
                throw overlap(path);
            }
            leaf = leaf.child(name);
        }
        if (!leaf.children.isEmpty() || leaf.envelope != null) {
            throw overlap(path);
        }
        leaf.fields.add(field);
    }

    private static IllegalArgumentException overlap(FieldPath path) {
        return new IllegalArgumentException(
                "no path may lead into the value of another path: \"" + path + "\" is inside another, or contains it");
    }

    /** Adds a text of the envelope under a name of this node. */
    void addAttribute(String name) {
        child(name).attribute = name;
    }

    /** Adds an object of the envelope under a name of this node, and returns its node. */
    PathTree addEnvelope(String name) {
        PathTree node = child(name);
        node.envelope = name;
        return node;
    }

    private PathTree child(String name) {
        return children.computeIfAbsent(name, _ -> new PathTree(root));
    }

    private boolean isLeaf() {
        return attribute != null || !fields.isEmpty();
    }

    /** Returns the node under a name, or null if no value under this name is read. */
    @Nullable
    PathTree find(String name) {
        return children.get(name);
    }

    /** Returns the fields whose value this leaf is; empty for other nodes. */
    List<Field> fields() {
        return fields;
    }

    /** Returns the name of the envelope's text that this leaf is, or null. */
    @Nullable
    String attribute() {
        return attribute;
    }

    /** Returns the name of the envelope's object that this branch is, or null. */
    @Nullable
    String envelope() {
        return envelope;
    }

    /** Returns the number of this node, which no other node of its tree has. */
    int number() {
        return number;
    }
}
