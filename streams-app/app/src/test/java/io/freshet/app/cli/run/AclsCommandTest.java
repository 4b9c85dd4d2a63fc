package io.freshet.app.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.app.cli.Freshet;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AclsCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void shouldPrintCommandsForEachRole() {
        assertThat(acls("--set", "kafka.bootstrap.servers=kafka:9092", "--set", "topics.prefix=shop."))
                .isZero();

        assertThat(out.toString().lines())
                .contains(
                        "kafka-acls.sh --bootstrap-server kafka:9092 --add --allow-principal 'User:freshet-streams'"
                                + " --operation Describe --operation Read --group freshet",
                        "kafka-acls.sh --bootstrap-server kafka:9092 --add --allow-principal 'User:freshet-streams'"
                                + " --operation Describe --operation Write --transactional-id freshet-"
                                + " --resource-pattern-type prefixed",
                        "kafka-acls.sh --bootstrap-server kafka:9092 --add --deny-principal 'User:freshet-streams'"
                                + " --operation All --transactional-id freshet-trainer- --resource-pattern-type prefixed",
                        "kafka-acls.sh --bootstrap-server kafka:9092 --add --allow-principal 'User:freshet-trainer'"
                                + " --operation Read --operation Describe --topic shop.sequences")
                .allMatch(line -> !line.contains("--topic ")
                        || line.contains("--topic shop.")
                        || line.contains("--topic freshet- "));
    }

    @Test
    void shouldLetStreamsWriteClicksOnlyWhenItHasAnHttpServer() {
        assertThat(acls("--roles", "streams")).isZero();
        assertThat(out.toString()).contains("--operation Read --operation Describe --topic clicks\n");

        out.getBuffer().setLength(0);
        assertThat(acls("--roles", "streams", "--set", "http.port=8080")).isZero();
        assertThat(out.toString()).contains("--operation Read --operation Write --operation Describe --topic clicks\n");
    }

    @Test
    void shouldDenyTheIdsOfAllTrainersAndScorers() {
        assertThat(acls("--roles", "streams", "--set", "application.id=shop")).isZero();

        assertThat(out.toString().lines().filter(line -> line.contains("--deny")))
                .containsExactly(
                        "kafka-acls.sh --bootstrap-server localhost:9092 --add --deny-principal 'User:shop-streams'"
                                + " --operation All --transactional-id shop-trainer- --resource-pattern-type prefixed",
                        "kafka-acls.sh --bootstrap-server localhost:9092 --add --deny-principal 'User:shop-streams'"
                                + " --operation All --transactional-id shop-scorer- --resource-pattern-type prefixed");
    }

    /** A denial would outweigh the right of the same user. */
    @Test
    void shouldNotDenyAUserTheIdsOfItsOwnRoles() {
        assertThat(acls("--roles", "streams,trainer", "--user", "both")).isZero();

        assertThat(out.toString())
                .contains("--operation Describe --operation Write --transactional-id freshet-trainer-default\n")
                .contains("--deny-principal 'User:both' --operation All --transactional-id freshet-scorer- ")
                .doesNotContain("--operation All --transactional-id freshet-trainer-");
    }

    /** The processes of a variant learn and serve a second model, with one login. */
    @Test
    void shouldPrintOneUserForAVariant() {
        assertThat(acls(
                        "--roles",
                        "scorer,trainer",
                        "--user",
                        "freshet-variant",
                        "--set",
                        "model.name=candidate",
                        "--set",
                        "variants.name=candidate",
                        "--set",
                        "scorer.shadow=true",
                        "--format",
                        "strimzi"))
                .isZero();

        assertThat(out.toString().lines().map(String::strip))
                .containsOnlyOnce("kind: KafkaUser", "name: freshet-variant")
                .containsOnlyOnce("name: freshet-scorer-candidate", "name: freshet-scorer-candidate-")
                .containsOnlyOnce("name: recommendations-shadow-candidate", "name: model-log", "name: popular-items")
                .contains("name: freshet-trainer-candidate")
                .doesNotContain("name: freshet-trainer-default", "type: deny");
        assertThat(out.toString()).contains("""
                          name: model-log
                          patternType: literal
                        operations: [Read, Describe, Write]
                """);
    }

    @Test
    void shouldNameTheGroupAndTheIdsOfSeveralLearners() {
        assertThat(acls("--set", "learners.count=2")).isZero();

        assertThat(out.toString())
                .contains(
                        "'User:freshet-trainer' --operation Describe --operation Read --group"
                                + " freshet-trainer-default-learners- --resource-pattern-type prefixed\n",
                        "'User:freshet-trainer' --operation Describe --operation Write --transactional-id"
                                + " freshet-trainer-default-learner- --resource-pattern-type prefixed\n",
                        "'User:freshet-trainer' --operation Read --operation Write --operation Describe --topic"
                                + " model-merges\n",
                        "--deny-principal 'User:freshet-streams' --operation All --transactional-id"
                                + " freshet-trainer- --resource-pattern-type prefixed\n");
    }

    @Test
    void shouldNameTheGroupOfAScorer() {
        assertThat(acls("--roles", "scorer", "--set", "variants.name=s", "--set", "scorer.shadow=true", "--user", "s"))
                .isZero();

        assertThat(out.toString())
                .contains(
                        "'User:s' --operation Describe --operation Read --group freshet-scorer-s\n",
                        "--transactional-id freshet-scorer-s- --resource-pattern-type prefixed\n",
                        "--operation Write --operation Describe --topic recommendations-shadow-s\n")
                .doesNotContain("--topic clicks --", "Create");
    }

    @Test
    void shouldPrintOneTerraformResourceForEachOperation() {
        assertThat(acls("--format", "terraform", "--roles", "trainer")).isZero();
        List<String> labels = new ArrayList<>(out.toString()
                .lines()
                .filter(line -> line.startsWith("resource "))
                .toList());

        assertThat(labels).doesNotHaveDuplicates();
        assertThat(out.toString()).contains("""
                resource "kafka_acl" "freshet-trainer_allow_write_transactional_id_freshet-trainer-default_literal" {
                  resource_type                = "TransactionalID"
                  resource_name                = "freshet-trainer-default"
                  resource_pattern_type_filter = "Literal"
                  acl_principal                = "User:freshet-trainer"
                  acl_host                     = "*"
                  acl_operation                = "Write"
                  acl_permission_type          = "Allow"
                }
                """);
    }

    @Test
    void shouldRefuseTopicsAmongTheInternalOnes() {
        assertThat(acls("--set", "topics.prefix=freshet-")).isEqualTo(2);
        assertThat(err.toString()).contains("freshet-clicks must not begin with freshet-");
        assertThat(acls("--set", "topics.prefix=freshet-", "--roles", "trainer"))
                .isZero();
        assertThat(acls("--roles", "scorer", "--set", "variants.name=b", "--set", "http.port=8080"))
                .isZero();
        assertThat(out.toString())
                .contains("--operation Write --operation Describe --operation DescribeConfigs --topic model-manifests");
    }

    @Test
    void shouldRefuseOptionsThatContradict() {
        assertThat(acls("--format", "yaml")).isEqualTo(2);
        assertThat(err.toString()).contains("must be kafka-acls, strimzi or terraform");
        assertThat(acls("--roles", "scorer")).isEqualTo(2);
        assertThat(err.toString()).contains("variants.name must be set");
    }

    private int acls(String... options) {
        List<String> arguments = new ArrayList<>(List.of("acls"));
        arguments.addAll(List.of(options));
        return Freshet.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.toArray(String[]::new));
    }
}
