package io.freshet.app.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.app.rights.AclFormat;
import io.freshet.app.rights.Right;
import io.freshet.app.rights.RoleRights;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.runtime.Role;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares the users of the component kafka with the rights that {@code freshet acls} prints. */
final class KafkaUserRightsTest {
    @ParameterizedTest
    @EnumSource(names = {"STREAMS", "TRAINER"})
    void shouldGrantWhatTheCommandPrints(Role role) throws IOException {
        FreshetConfig config =
                FreshetConfig.load(KubernetesBaseTest.CONFIG_FILE, Map.of(), Map.of("items.catalogue", "filter"));
        String name = "freshet-" + role.name().toLowerCase(Locale.ROOT);
        JsonNode user = user(name, RoleRights.of(config, role));
        JsonNode declared = Manifests.asWritten(Manifests.K8S.resolve("components/kafka")).all("KafkaUser").stream()
                .filter(candidate -> Manifests.nameOf(candidate).equals(name))
                .findFirst()
                .orElseThrow();

        assertThat(RoleRights.userName(config, role)).isEqualTo(name);
        assertThat(rights(user)).isEqualTo(rights(declared));
        assertThat(user.at("/metadata/labels/strimzi.io~1cluster"))
                .isEqualTo(declared.at("/metadata/labels/strimzi.io~1cluster"));
    }

    private static JsonNode user(String name, List<Right> rights) {
        String printed = AclFormat.STRIMZI.write(new AclFormat.User(name, "kafka:9092", "freshet-kafka"), rights);
        return Manifests.parse(printed).all("KafkaUser").getFirst();
    }

    /** Returns the operations on each resource that the command prints for these rights. */
    static Map<String, Set<String>> printed(String user, List<Right> rights) {
        return rights(user(user, rights));
    }

    /** Returns the operations on each resource. */
    static Map<String, Set<String>> rights(JsonNode user) {
        Map<String, Set<String>> rights = new TreeMap<>();
        for (JsonNode acl : user.at("/spec/authorization/acls")) {
            JsonNode on = acl.path("resource");
            String resource = String.join(
                    " ",
                    acl.path("type").asText("allow"),
                    on.path("type").asText(),
                    on.path("patternType").asText(),
                    on.path("name").asText());
            Set<String> operations = rights.computeIfAbsent(resource, _ -> new TreeSet<>());
            acl.path("operations").forEach(operation -> operations.add(operation.asText()));
        }
        return rights;
    }
}
