package io.freshet.app.cli.run;

import io.freshet.app.cli.option.ConfigOptions;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.service.config.EffectiveSetting;
import io.freshet.service.config.key.ConfigKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freshet config}. */
@Command(
        name = "config",
        description = {
            "Prints the configuration that 'freshet run' would use with the same options and environment: each key, its"
                    + " value and where the value comes from. Checks all values, but connects to nothing. Secrets are not"
                    + " printed.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet config --config freshet.properties",
            "  freshet config http. training.",
            "      the keys that begin with http. or training.",
            "  freshet config --changed --format env > freshet.env",
            "      what differs from the defaults, as environment variables"
        })
public final class ConfigCommand extends FreshetCommand {
    private static final String SECRET = "(secret)";

    @Mixin
    private final ConfigOptions options = new ConfigOptions();

    @Option(names = "--changed", description = "Leave out keys that have their default.")
    private boolean changed;

    @Option(
            names = "--format",
            paramLabel = "table|properties|env",
            description = "table: for people. properties: a file for --config. env: environment variables. The last two"
                    + " name secrets in comments. Default: ${DEFAULT-VALUE}.")
    private Format format = Format.TABLE;

    @Parameters(paramLabel = "PREFIX", description = "Print only keys that begin with one of these texts.")
    private List<String> prefixes = new ArrayList<>();

    private enum Format {
        TABLE,
        PROPERTIES,
        ENV
    }

    @Override
    public Integer call() throws IOException {
        List<EffectiveSetting> settings = options.effective(spec).stream()
                .filter(setting -> !changed || setting.origin() != EffectiveSetting.Origin.DEFAULT)
                .filter(setting -> prefixes.isEmpty() || prefixes.stream().anyMatch(setting.key()::startsWith))
                .toList();
        if (settings.isEmpty() && !prefixes.isEmpty()) {
            throw refused(
                    (changed ? "no changed key begins with " : "no key begins with ") + String.join(" or ", prefixes));
        }
        PrintWriter out = spec.commandLine().getOut();
        switch (format) {
            case TABLE -> printTable(settings, out);
            case PROPERTIES -> settings.forEach(setting -> print(setting, setting.key(), escaped(setting), out));
            case ENV ->
                settings.forEach(setting -> print(
                        setting,
                        ConfigKey.environmentName(setting.key()),
                        setting.value().orElse(""),
                        out));
        }
        out.flush();
        return CommandLine.ExitCode.OK;
    }

    private static void printTable(List<EffectiveSetting> settings, PrintWriter out) {
        int keys = settings.stream()
                .mapToInt(setting -> setting.key().length())
                .max()
                .orElse(0);
        int origins = settings.stream()
                .mapToInt(setting -> setting.origin().toString().length())
                .max()
                .orElse(0);
        for (EffectiveSetting setting : settings) {
            String line = "%-" + keys + "s  %-" + origins + "s  %s";
            String value = setting.value().orElse(SECRET);
            out.println(String.format(Locale.ROOT, line, setting.key(), setting.origin(), value)
                    .stripTrailing());
        }
    }

    private static void print(EffectiveSetting setting, String name, String value, PrintWriter out) {
        out.println(
                setting.value().isEmpty()
                        ? "# " + name + " is a secret; it comes from: " + setting.origin()
                        : name + "=" + value);
    }

    /** Returns a value as a {@code .properties} file spells it. */
    private static String escaped(EffectiveSetting setting) {
        String value = setting.value().orElse("").replace("\\", "\\\\").replace("\n", "\\n");
        return value.startsWith(" ") ? "\\" + value : value;
    }
}
