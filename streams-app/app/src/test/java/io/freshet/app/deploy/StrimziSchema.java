package io.freshet.app.deploy;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Validates Strimzi's kinds in version v1, with the classes from which Strimzi generates its custom resource definitions.
 *
 * <p>The classes accept unknown fields; here these are rejected. Annotations tell which fields are required and which no
 * longer exist in v1. They are read from the byte code, because the annotation classes are not published.
 */
final class StrimziSchema {
    private static final String API = "io.strimzi.api.kafka.model";
    private static final String REQUIRED_IN = "io.strimzi.crdgenerator.annotations.RequiredInVersions";
    private static final String PRESENT_IN = "io.strimzi.crdgenerator.annotations.PresentInVersions";
    private static final String VERSION = "v1";
    /** Names rather than class literals: the compiler would warn of the missing annotation classes. */
    private static final Map<String, String> KINDS = Map.of(
            "kafka.strimzi.io/v1/Kafka", API + ".kafka.Kafka",
            "kafka.strimzi.io/v1/KafkaNodePool", API + ".nodepool.KafkaNodePool",
            "kafka.strimzi.io/v1/KafkaTopic", API + ".topic.KafkaTopic",
            "kafka.strimzi.io/v1/KafkaUser", API + ".user.KafkaUser");

    private static final JsonMapper STRICT = JsonMapper.builder()
            .annotationIntrospector(new RefuseUnknown())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(
                    LogicalType.Textual,
                    text -> text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .build();
    private static final JavaClasses BYTE_CODE = new ClassFileImporter().importPackages(API);

    private StrimziSchema() {}

    static boolean knows(String kind) {
        return KINDS.containsKey(kind);
    }

    /** @throws IllegalArgumentException if the resource does not conform to its definition */
    static void check(JsonNode resource) {
        String kind = resource.path("apiVersion").asText() + "/"
                + resource.path("kind").asText();
        try {
            Class<?> type = Class.forName(Objects.requireNonNull(KINDS.get(kind)));
            checkFields(STRICT.treeToValue(resource, type), resource, kind);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void checkFields(Object bean, JsonNode tree, String path) {
        for (BeanPropertyDefinition property : propertiesOf(bean)) {
            AnnotatedMember getter = property.getAccessor();
            String name = property.getName();
            boolean isWritten = tree.hasNonNull(name);
            if (isWritten && !isPresent(bean, getter)) {
                throw new IllegalArgumentException(path + " has no field in " + VERSION + ": field=" + name);
            }
            if (!isWritten && isRequired(bean, getter)) {
                throw new IllegalArgumentException(path + " must have the required field: missing=" + name);
            }
            if (isWritten) {
                checkValue(getter.getValue(bean), tree.get(name), path + "." + name);
            }
        }
    }

    private static void checkValue(Object value, JsonNode tree, String path) {
        if (value == null) {
            throw new IllegalArgumentException(path + " has a value that is none of its own: value=" + tree);
        } else if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                checkValue(list.get(i), tree.get(i), path + "[" + i + "]");
            }
        } else if (value.getClass().getName().startsWith(API) && !(value instanceof Enum<?>)) {
            checkFields(value, tree, path);
        }
    }

    private static List<BeanPropertyDefinition> propertiesOf(Object bean) {
        JavaType type = STRICT.constructType(bean.getClass());
        return STRICT.getSerializationConfig().introspect(type).findProperties().stream()
                .filter(property -> property.getAccessor() != null)
                .toList();
    }

    private static boolean isRequired(Object bean, AnnotatedMember getter) {
        JsonProperty property = getter.getAnnotation(JsonProperty.class);
        return (property != null && property.required())
                || versions(bean, getter, REQUIRED_IN)
                        .map(StrimziSchema::includeOurs)
                        .orElse(false);
    }

    private static boolean isPresent(Object bean, AnnotatedMember getter) {
        return versions(bean, getter, PRESENT_IN)
                .map(StrimziSchema::includeOurs)
                .orElse(true);
    }

    private static Optional<String> versions(Object bean, AnnotatedMember getter, String annotation) {
        return BYTE_CODE.get(bean.getClass()).getAllMethods().stream()
                .filter(method -> method.getName().equals(getter.getName())
                        && method.getRawParameterTypes().isEmpty())
                .map(method -> method.tryGetAnnotationOfType(annotation))
                .flatMap(Optional::stream)
                .map(found -> (String) found.getProperties().get("value"))
                .findFirst();
    }

    /** Matches versions such as {@code v1}, {@code v1+}, {@code v1beta2+} or {@code v1alpha1-v1beta2}; v1 is the newest. */
    private static boolean includeOurs(String versions) {
        return versions.equals(VERSION)
                || versions.equals("all")
                || versions.endsWith("+")
                || versions.endsWith("-" + VERSION);
    }

    /** Jackson's annotations, without those that accept unknown fields. */
    private static final class RefuseUnknown extends JacksonAnnotationIntrospector {
        private static final long serialVersionUID = 1;

        @Override
        public Boolean hasAnySetter(Annotated annotated) {
            return false;
        }

        @Override
        public JsonIgnoreProperties.Value findPropertyIgnoralByName(MapperConfig<?> config, Annotated annotated) {
            return super.findPropertyIgnoralByName(config, annotated).withoutIgnoreUnknown();
        }
    }
}
