package io.freshet.app.cli.models;

import io.freshet.app.cli.console.Failures;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.dl4j.LayerSummary;
import io.freshet.dl4j.NetworkCheck;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freshet models check-encoder}. */
@Command(
        name = "check-encoder",
        description = {
            "Checks whether a network for Deeplearning4j can be the encoder dl4j:FILE: which layers it has, whether its"
                    + " gradients match its states, whether it gives the same bits again, and how long it takes.",
            "",
            "FILE is the JSON of a MultiLayerConfiguration or a ComputationGraphConfiguration, or a zip of DL4J's"
                    + " ModelSerializer, or a sequential Keras model: .keras, .h5 or its JSON. Only the configuration"
                    + " is read: weights are learned anew, like the items' vectors. The network must map"
                    + " (batch, D, L), padded on the left and with a mask, to (batch, D).",
            ""
        },
        footerHeading = "%nThe exit code is 1 if the network cannot be an encoder; one line says why.%n")
final class ModelsCheckEncoderCommand extends FreshetCommand {
    @Parameters(paramLabel = "FILE", description = "The network's file.")
    private Path file = Path.of("");

    @Option(
            names = "--dim",
            paramLabel = "D",
            defaultValue = "64",
            description = "Width of the model. Default:" + " ${DEFAULT-VALUE}.")
    private int dim;

    @Option(
            names = "--max-length",
            paramLabel = "L",
            defaultValue = "50",
            description = "Newest items of a user that the network sees. Default: ${DEFAULT-VALUE}.")
    private int maxLength;

    @Override
    public Integer call() {
        NetworkCheck check;
        try {
            check = NetworkCheck.of(file, dim, maxLength);
        } catch (IllegalArgumentException | IOException e) {
            String message = e instanceof IOException ? Failures.describe(e) : String.valueOf(e.getMessage());
            System.err.println("freshet: " + message);
            return 1;
        }
        PrintStream out = System.out;
        for (LayerSummary layer : check.layers()) {
            out.printf(
                    Locale.ROOT,
                    "  %-20s %-24s %,10d  %s%n",
                    layer.name(),
                    layer.type(),
                    layer.parameters(),
                    layer.output());
        }
        out.printf(Locale.ROOT, "parameters                   %,d%n", check.parameters());
        out.printf(Locale.ROOT, "error of item gradients      %.2e of their root mean square%n", check.itemError());
        out.printf(Locale.ROOT, "error of parameter gradients %.2e%n", check.parameterError());
        out.printf(Locale.ROOT, "same bits twice              %s%n", check.sameTwice() ? "yes" : "no");
        out.printf(Locale.ROOT, "same bits in other batches   %s%n", check.sameInBatch() ? "yes" : "no");
        out.printf(Locale.ROOT, "one state                    %.2f ms%n", check.msForState());
        out.printf(
                Locale.ROOT, "a step of %d sequences      %.0f ms%n", NetworkCheck.STEP_SEQUENCES, check.msForStep());
        out.flush();
        Optional<String> problem = check.problem();
        problem.ifPresent(text -> System.err.println("freshet: " + text));
        return problem.isPresent() ? 1 : 0;
    }
}
