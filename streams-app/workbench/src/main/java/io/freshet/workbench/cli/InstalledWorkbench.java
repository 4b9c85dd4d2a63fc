package io.freshet.workbench.cli;

import io.freshet.app.cli.extension.EndedDemo;
import io.freshet.app.cli.extension.Workbench;
import io.freshet.workbench.demo.state.DemoState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The workbench of a class path that has this module. */
public final class InstalledWorkbench implements Workbench {
    /** Called by {@link java.util.ServiceLoader}. */
    public InstalledWorkbench() {}

    @Override
    public List<Class<?>> commands() {
        return List.of(
                DemoCommand.class,
                EvaluateCommand.class,
                BacktestCommand.class,
                BenchCommand.class,
                PlotCommand.class,
                StartCacheCommand.class);
    }

    @Override
    public EndedDemo openDemo(Path state, Map<String, String> settings, Map<String, String> environment)
            throws IOException {
        return DemoState.open(state, settings, environment);
    }
}
