package io.freshet.service.config.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Field;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;

final class ConfigKeysTest {
    private final KeyGroup group = new KeyGroup();

    @Test
    void shouldHaveEachKeyThatSomeClassDeclares() throws IOException, URISyntaxException, ReflectiveOperationException {
        List<ConfigKey<?>> declared = new ArrayList<>();
        URL index = Objects.requireNonNull(ConfigKeys.class.getResource("ConfigKeys.class"));
        try (Stream<Path> files = Files.list(Path.of(index.toURI()).resolveSibling(""))) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith("Keys.class")) {
                    declared.addAll(keysOf(
                            Class.forName(ConfigKeys.class.getPackageName() + "." + name.replace(".class", ""))));
                }
            }
        }

        assertThat(declared).hasSizeGreaterThan(100);
        assertThat(ConfigKeys.ALL).containsExactlyInAnyOrderElementsOf(declared);
    }

    private static List<ConfigKey<?>> keysOf(Class<?> type) throws IllegalAccessException {
        List<ConfigKey<?>> keys = new ArrayList<>();
        for (Field field : type.getDeclaredFields()) {
            if (field.getType() == ConfigKey.class && field.get(null) instanceof ConfigKey<?> key) {
                keys.add(key);
            }
        }
        return keys;
    }

    @Test
    void shouldNameTheKeyAndTheRequirementWhenAConversionRefusesAValue() {
        ConfigKey<Integer> key = group.text("a.length", "x")
                .as(text -> {
                    TextForms.require(text.length() < 3, "must be short");
                    return text.length();
                })
                .doc("A length.");
        ConfigDef definition = new ConfigDef();
        key.defineIn(definition);

        assertThat(key.in(definition.parse(Map.of("a.length", "xy")))).isEqualTo(2);
        assertThatThrownBy(() -> definition.parse(Map.of("a.length", "xyz")))
                .isInstanceOf(ConfigException.class)
                .hasMessage("Invalid value xyz for configuration a.length: must be short");
    }

    @Test
    void shouldKeepTheRangeWhenTheTypeChangesLater() {
        ConfigKey<String> key = group.integer("a.number", 2, "items")
                .between(1, 3)
                .as(String::valueOf)
                .doc("A number.");
        ConfigDef definition = new ConfigDef();
        key.defineIn(definition);

        assertThat(key.in(definition.parse(Map.of()))).isEqualTo("2");
        assertThat(key.describe()).isEqualTo("a.number is 2 items unless set. A number.");
        assertThatThrownBy(() -> definition.parse(Map.of("a.number", "4")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("a.number");
    }

    @Test
    void shouldCollectKeysInTheOrderOfTheirDeclaration() {
        ConfigKey<Boolean> second = group.flag("b", true).doc("B.");
        ConfigKey<Boolean> first = group.flag("a", true).doc("A.");

        assertThat(group.keys()).isEqualTo(List.of(second, first));
    }

    @Test
    void shouldRefuseAValueOfAKeyThatIsNotDefined() {
        ConfigKey<Boolean> key = group.flag("b", true).doc("B.");

        assertThatThrownBy(() -> key.in(Map.of())).hasMessage("The key must be defined: key=b");
    }
}
