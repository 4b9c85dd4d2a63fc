package io.freshet.workbench.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.freshet.app.cli.console.JsonFile;
import io.freshet.app.cli.fit.FitReport;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.lab.plot.LinePlot;
import io.freshet.lab.plot.Series;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code freshet plot}. */
@Command(
        name = "plot",
        description = {
            "Plots the validation NDCG@10 of fits over their training time, with a line for each file that freshet fit"
                    + " --json wrote. Compare only fits that ran alone on the machine.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = "  freshet plot ce.json sce.json --out trade.svg")
public final class PlotCommand extends FreshetCommand {
    @Parameters(
            paramLabel = "FIT",
            arity = "1..*",
            description = "Files that freshet fit --json wrote. The first line is thicker.")
    private List<Path> files = List.of();

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "The plot, an SVG file.")
    private Path out;

    @Option(
            names = "--until",
            paramLabel = "SECONDS",
            description = "Plot only the first SECONDS of each fit." + " Default: all.")
    private @Nullable Double until;

    @Option(
            names = "--title",
            paramLabel = "TEXT",
            defaultValue = "Quality for its time",
            description = "Title of the plot. Default: ${DEFAULT-VALUE}.")
    private String title = "";

    /** The parts of {@link FitReport} that are plotted. */
    private record Fitted(
            @Nullable Map<String, Object> settings,
            @Nullable List<Point> curve) {
        private record Point(double seconds, double ndcg10) {}
    }

    @Override
    public Integer call() throws IOException {
        List<Series> lines = new ArrayList<>();
        for (Path file : files) {
            lines.add(line(file, lines.isEmpty()));
        }
        Files.writeString(out, new LinePlot(title, "seconds", "validation NDCG@10", lines).svg());
        return 0;
    }

    private Series line(Path file, boolean emphasis) throws IOException {
        Fitted fit = read(file);
        if (fit.settings == null || fit.curve == null || fit.curve.isEmpty()) {
            throw noFit(file, "it has no curve");
        }
        List<Fitted.Point> points = fit.curve.stream()
                .filter(point -> until == null || point.seconds <= until)
                .toList();
        if (points.isEmpty()) {
            throw noFit(file, "its first validation came after --until " + until);
        }
        return new Series(
                name(fit.settings),
                points.stream().mapToDouble(Fitted.Point::seconds).toArray(),
                points.stream().mapToDouble(Fitted.Point::ndcg10).toArray(),
                emphasis);
    }

    private Fitted read(Path file) throws IOException {
        try {
            return JsonFile.read(file, Fitted.class);
        } catch (JsonProcessingException e) {
            throw noFit(file, e.getOriginalMessage());
        }
    }

    /** Returns a name such as {@code sce, group 500}; the loss alone if no negatives are sampled. */
    private static String name(Map<String, Object> settings) {
        String loss = String.valueOf(settings.get("loss"));
        return settings.get("negatives") instanceof Integer negatives && negatives > 0
                ? loss + ", " + settings.get("sampling") + " " + negatives
                : loss;
    }

    private ParameterException noFit(Path file, String why) {
        return refused(file + " cannot be plotted as a file of freshet fit" + " --json: " + why);
    }
}
