package io.freshet.app.cli.extension;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * The demo, the lab and their broker, which operators do not need. The distribution with every command has them; the container
 * image does not. Found with {@link ServiceLoader}.
 */
public interface Workbench {
    /** The names of its commands, so that a program without the workbench can say where to find them. */
    List<String> COMMANDS = List.of("demo", "evaluate", "backtest", "bench", "plot", "start-cache");

    /** Returns the workbench, if it is on the class path. */
    static Optional<Workbench> find() {
        return ServiceLoader.load(Workbench.class).findFirst();
    }

    /**
     * Returns the message for a user who asks for something that needs the workbench, if there is no workbench.
     *
     * @param wanted a command or an option
     */
    static String missing(String wanted) {
        return wanted + " is not in this program, which has only the commands that production needs. Use"
                + " streams-app/bin/freshet of a checkout, or streams-app/workbench/target/freshet/bin/freshet.";
    }

    /** Returns the classes of its commands, in the order of {@link #COMMANDS}: the demo is the first. */
    List<Class<?>> commands();

    /**
     * Locks the state folder of a demo that has ended, and starts its broker. No role runs.
     *
     * @param settings settings that the demo was started with
     * @throws IOException if a demo is running on the folder, or the folder is not a demo's
     */
    EndedDemo openDemo(Path state, Map<String, String> settings, Map<String, String> environment) throws IOException;
}
