package io.freshet.cli;

import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Which snapshot a parameter means. */
final class Versions {
    /** The one of the highest step. */
    static final String LATEST = "latest";

    private Versions() {}

    /** The version that is meant; what is none of the model's is refused, with what there is. */
    static String find(StorePlace.Opened opened, String wanted, CommandSpec spec) throws IOException {
        List<String> all = opened.store().versions(opened.modelName());
        if (wanted.equals(LATEST) && !all.isEmpty()) {
            return all.getLast();
        }
        if (!all.contains(wanted)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "no such snapshot of model " + opened.modelName() + ": " + wanted + "; there are " + all);
        }
        return wanted;
    }
}
