package io.freshet.service.clickformat;

import io.freshet.client.click.ClickBuilder.Field;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Where a record has the fields of a click. Immutable.
 *
 * @param paths the paths that were set; a field without one is where the format has it by default
 * @param timeUnit the unit of times that are integers
 */
public record FieldMap(Map<Field, FieldPath> paths, TimeUnit timeUnit) {
    public FieldMap {
        paths = Map.copyOf(paths);
    }

    /** Returns the field's path, which by default is its name in Freshet's own JSON. */
    FieldPath path(Field field) {
        return paths.getOrDefault(field, new FieldPath(field.jsonName(), List.of(field.jsonName())));
    }

    /**
     * Returns the paths of all fields as a tree.
     *
     * @throws IllegalArgumentException if a path leads into the value of another
     */
    PathTree tree() {
        PathTree tree = new PathTree();
        for (Field field : Field.values()) {
            tree.addField(field, path(field));
        }
        return tree;
    }

    /** Returns the path of each field as it was written, for messages. */
    Map<Field, String> names() {
        Map<Field, String> names = new EnumMap<>(Field.class);
        for (Field field : Field.values()) {
            names.put(field, path(field).text());
        }
        return names;
    }

    /** Returns whether the fields are those of Freshet's own JSON. */
    boolean isOwn() {
        for (Field field : Field.values()) {
            if (!path(field).names().equals(List.of(field.jsonName()))) {
                return false;
            }
        }
        return timeUnit == TimeUnit.MILLISECONDS;
    }
}
