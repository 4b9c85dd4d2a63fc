package io.freshet.service.json;

import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.databind.AnnotationIntrospector;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.introspect.AnnotatedMethod;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Type;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The named schemas of an OpenAPI document. The schema of a record says what {@link JsonRecords} writes. A component is
 * required unless it may be left out, which a null is by default; one with {@code @JsonInclude(ALWAYS)} may be null. {@code
 * @JsonPropertyDescription} and {@code @JsonClassDescription} describe a component and a record, and {@code @JsonTypeName}
 * names a schema that has another name than its record. Not thread-safe.
 */
public final class Components {
    private final SerializationConfig config = JsonRecords.MAPPER.getSerializationConfig();
    private final AnnotationIntrospector annotations = config.getAnnotationIntrospector();
    private final Map<String, ObjectNode> schemas = new TreeMap<>();

    /** Returns the schemas by name. */
    public Map<String, ObjectNode> schemas() {
        return schemas;
    }

    ObjectNode reference(String name, Supplier<ObjectNode> schema) {
        ObjectNode described = schema.get();
        ObjectNode earlier = schemas.putIfAbsent(name, described);
        if (earlier != null && !earlier.equals(described)) {
            throw new IllegalStateException("schemas must have different names: name=" + name);
        }
        return JsonNodeFactory.instance.objectNode().put("$ref", "#/components/schemas/" + name);
    }

    ObjectNode of(Type javaType) {
        JavaType type = JsonRecords.MAPPER.constructType(javaType);
        if (type.isCollectionLikeType()) {
            return Schema.type("array").in(this).set("items", of(type.getContentType()));
        }
        if (type.isMapLikeType()) {
            return Schema.type("object").in(this).set("additionalProperties", of(type.getContentType()));
        }
        if (type.getRawClass().isRecord()) {
            BeanDescription record = config.introspect(type);
            String name = annotations.findTypeName(record.getClassInfo());
            return reference(
                    Objects.requireNonNullElse(name, type.getRawClass().getSimpleName()), () -> ofRecord(record));
        }
        return ofScalar(type.getRawClass()).in(this);
    }

    private static Schema ofScalar(Class<?> type) {
        return switch (type.getSimpleName()) {
            case "String" -> Schema.type("string");
            case "boolean" -> Schema.type("boolean");
            case "int", "Integer", "long", "Long" -> Schema.type("integer");
            case "float", "double", "Double" -> Schema.type("number");
            case "Instant" -> Schema.type("string").with("format", "date-time");
            default -> throw new IllegalArgumentException("a component must have a type with a schema: type=" + type);
        };
    }

    private ObjectNode ofRecord(BeanDescription record) {
        ObjectNode schema = Schema.type("object")
                .described(Objects.requireNonNullElse(annotations.findClassDescription(record.getClassInfo()), ""))
                .in(this);
        ObjectNode properties = schema.putObject("properties");
        for (BeanPropertyDefinition property : record.findProperties()) {
            boolean isNullable =
                    property.getGetter().getAnnotated().getAnnotatedReturnType().isAnnotationPresent(Nullable.class);
            Include inclusion = property.findInclusion().getValueInclusion();
            boolean isRequired = inclusion == Include.ALWAYS || (inclusion == Include.USE_DEFAULTS && !isNullable);
            if (isRequired) {
                schema.withArray("required").add(property.getName());
            }
            properties.set(property.getName(), ofProperty(property, isRequired && isNullable));
        }
        return schema;
    }

    private ObjectNode ofProperty(BeanPropertyDefinition property, boolean mayBeNull) {
        AnnotatedMethod accessor = property.getGetter();
        ObjectNode value = of(accessor.getType());
        MaxItems most = accessor.getAnnotation(MaxItems.class);
        if (most != null) {
            value.put("maxItems", most.value());
        }
        Schema schema = mayBeNull ? Schema.oneOf(_ -> value, Schema.type("null")) : _ -> value;
        return schema.described(
                        Objects.requireNonNullElse(property.getMetadata().getDescription(), ""))
                .in(this);
    }
}
