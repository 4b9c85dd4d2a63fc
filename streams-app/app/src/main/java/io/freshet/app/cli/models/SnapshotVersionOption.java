package io.freshet.app.cli.models;

import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Resolves the version parameter of a command to a snapshot. */
final class SnapshotVersionOption {
    /** Stands for the snapshot with the highest step. */
    static final String LATEST = "latest";

    private SnapshotVersionOption() {}

    /**
     * Returns the version that the parameter names. Refuses a version that the model does not have, and lists those that it
     * has.
     */
    static String find(SnapshotSourceOptions.Opened opened, String wanted, CommandSpec spec) throws IOException {
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
