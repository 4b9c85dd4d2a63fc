package io.freshet.workbench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.app.cli.Freshet;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PlotCommandTest {
    private static final String FIT = """
            {
              "settings": {"loss": "%s", "sampling": "group", "negatives": %d, "lr": 0.001},
              "curve": [
                {"epoch": 5, "loss": 7.1, "seconds": 10.0, "hr10": 0.1, "ndcg10": 0.02, "mrr10": 0.01},
                {"epoch": 10, "loss": 6.5, "seconds": 20.0, "hr10": 0.2, "ndcg10": 0.05, "mrr10": 0.04}
              ],
              "best_epoch": 10
            }
            """;

    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @Test
    void shouldDrawALineForEachFitUpToTheSecondsWanted() throws IOException {
        Path scaled = Files.writeString(folder.resolve("sce.json"), FIT.formatted("sce", 500));
        Path full = Files.writeString(folder.resolve("ce.json"), FIT.formatted("ce", 0));
        Path plot = folder.resolve("trade.svg");

        assertThat(run(scaled, full, "--out", plot)).isZero();
        String whole = Files.readString(plot);
        assertThat(whole).contains(">sce, group 500<", ">ce<", "validation NDCG@10");
        assertThat(points(whole))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line.split(" ")).hasSize(2));

        assertThat(run(scaled, "--out", plot, "--until", 15)).isZero();
        assertThat(points(Files.readString(plot)))
                .singleElement()
                .satisfies(line -> assertThat(line.split(" ")).hasSize(1));
    }

    @Test
    void shouldNameTheFileWhenItIsNoFit() throws IOException {
        Path broken = Files.writeString(folder.resolve("half.json"), "{\"settings\": {");
        Path other = Files.writeString(folder.resolve("other.json"), "{\"events\": 3}");
        assertThat(run(broken, "--out", folder.resolve("x.svg"))).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(run(other, "--out", folder.resolve("x.svg"))).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString())
                .contains(broken + " cannot be plotted as a file of freshet fit --json")
                .contains(other + " cannot be plotted as a file of freshet fit --json: it has no curve");
        assertThat(folder.resolve("x.svg")).doesNotExist();
    }

    private static List<String> points(String svg) {
        return svg.lines()
                .filter(line -> line.startsWith("<polyline"))
                .map(line -> line.replaceAll(".*points=\"([^\"]*)\".*", "$1"))
                .toList();
    }

    private int run(Object... arguments) {
        String[] words = new String[arguments.length + 1];
        words[0] = "plot";
        for (int i = 0; i < arguments.length; i++) {
            words[i + 1] = String.valueOf(arguments[i]);
        }
        return Freshet.commandLine().setErr(new PrintWriter(err)).execute(words);
    }
}
