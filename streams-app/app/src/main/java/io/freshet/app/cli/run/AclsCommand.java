package io.freshet.app.cli.run;

import io.freshet.app.cli.option.ConfigOptions;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.app.rights.AclFormat;
import io.freshet.app.rights.RoleRights;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicPlan;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.runtime.Role;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freshet acls}. */
@Command(
        name = "acls",
        description = {
            "Prints the rights in Kafka that each role needs with this configuration, and no others: on its topics, groups"
                    + " and transactional ids. The topics must exist: see 'freshet topics create'. Connects to nothing.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet acls --config freshet.properties",
            "      commands of kafka-acls.sh for the users freshet-streams and freshet-trainer",
            "  freshet acls --config freshet.properties --roles trainer --user learner --format terraform",
            "  freshet acls --config freshet.properties --roles scorer,trainer --user freshet-variant"
                    + " --set model.name=wide --set variants.name=wide --set scorer.shadow=true",
            "      one user for processes that learn and serve a second model"
        })
public final class AclsCommand extends FreshetCommand {
    @Mixin
    private final ConfigOptions options = new ConfigOptions();

    @Option(
            names = "--roles",
            paramLabel = "ROLE",
            split = ",",
            description =
                    "streams, trainer, scorer, or several with commas between them. Each gets its own user, unless"
                            + " --user is given. Default: streams,trainer.")
    private Set<Role> roles = EnumSet.of(Role.STREAMS, Role.TRAINER);

    @Option(
            names = "--user",
            paramLabel = "NAME",
            description = "Name of one user with the rights of all these roles, for processes that have several roles."
                    + " Default: a user for each role, named after application.id and the role, as in freshet-streams.")
    private @Nullable String user;

    @Option(
            names = "--format",
            paramLabel = "kafka-acls|strimzi|terraform",
            converter = Format.class,
            description = "kafka-acls: commands of kafka-acls.sh. strimzi: KafkaUser resources with certificates."
                    + " terraform: resources of the provider Mongey/kafka. Default: kafka-acls.")
    private AclFormat format = AclFormat.KAFKA_ACLS;

    @Option(
            names = "--cluster",
            paramLabel = "NAME",
            description = "With --format strimzi: name of the Kafka resource. Default: ${DEFAULT-VALUE}.")
    private String cluster = "freshet-kafka";

    /** Accepts names with a hyphen. */
    private static final class Format implements CommandLine.ITypeConverter<AclFormat> {
        @Override
        public AclFormat convert(String value) {
            for (AclFormat format : AclFormat.values()) {
                if (format.name().replace('_', '-').equalsIgnoreCase(value)) {
                    return format;
                }
            }
            throw new CommandLine.TypeConversionException("must be kafka-acls, strimzi or terraform: " + value);
        }
    }

    /** The streams role may write to all topics whose names begin with the application and a hyphen. */
    private void requireTopicsBesideInternalOnes(FreshetConfig config) {
        String internal = config.get(ProcessKeys.APPLICATION_ID) + "-";
        for (String topic : new TopicPlan(config).needed()) {
            if (topic.startsWith(internal)) {
                throw refused(
                        "the topic " + topic + " must not begin with " + internal + ", as the internal topics of the"
                                + " streams role do: the role could write to it. Choose another topics.prefix or application.id");
            }
        }
    }

    @Override
    public Integer call() throws IOException {
        FreshetConfig config = options.load(spec);
        if (roles.contains(Role.STREAMS)) {
            requireTopicsBesideInternalOnes(config);
        }
        if (user != null) {
            print(user, config, roles);
        } else {
            roles.forEach(role -> print(RoleRights.userName(config, role), config, Set.of(role)));
        }
        return CommandLine.ExitCode.OK;
    }

    private void print(String name, FreshetConfig config, Set<Role> ofUser) {
        AclFormat.User written = new AclFormat.User(name, config.kafka().bootstrapServers(), cluster);
        PrintWriter out = spec.commandLine().getOut();
        out.print(format.write(written, RoleRights.of(config, ofUser)));
        out.flush();
    }
}
