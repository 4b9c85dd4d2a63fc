package io.freshet.app.cli.run;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.freshet.app.check.Finding;
import io.freshet.app.check.Outcome;
import io.freshet.app.cli.console.Environment;
import io.freshet.app.cli.console.JsonFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The findings of checks, as text and as JSON.
 *
 * @param good whether no finding is a problem
 */
record FindingsReport(boolean good, List<Finding> findings) {
    private static final List<String> NOISY = List.of(org.slf4j.Logger.ROOT_LOGGER_NAME, "io.freshet");
    private static final String INDENT = " ".repeat(11);

    /** A check that returns its findings. */
    @FunctionalInterface
    interface Look {
        List<Finding> findings() throws IOException, InterruptedException;
    }

    /**
     * Runs the check, prints the findings and returns the exit code: 1 if there is a problem, otherwise 0. Logs are off
     * meanwhile, unless stack traces are wanted: Kafka's clients log a missing broker every second, which says less than
     * the findings.
     */
    static int exitCode(Look look, PrintStream out, @Nullable Path json) throws IOException, InterruptedException {
        if (System.getenv(Environment.STACK_TRACES) == null) {
            NOISY.forEach(name -> ((Logger) LoggerFactory.getLogger(name)).setLevel(Level.OFF));
        }
        FindingsReport report = of(look.findings());
        report.findings().forEach(finding -> print(finding, out));
        out.println(report.summary());
        out.flush();
        JsonFile.write(json, report);
        return report.good() ? 0 : 1;
    }

    static FindingsReport of(List<Finding> findings) {
        boolean good = findings.stream().noneMatch(finding -> finding.outcome() == Outcome.PROBLEM);
        return new FindingsReport(good, findings);
    }

    private static void print(Finding finding, PrintStream out) {
        out.printf(Locale.ROOT, "%-9s  %s: %s%n", finding.outcome(), finding.check(), finding.message());
        if (!finding.remedy().isEmpty()) {
            out.println(INDENT + "remedy: " + finding.remedy());
        }
    }

    private String summary() {
        long problems = count(Outcome.PROBLEM);
        long warnings = count(Outcome.WARNING);
        String rest = warnings == 0 ? "" : ", " + warnings + (warnings == 1 ? " warning" : " warnings");
        return (problems == 0 ? "No problem" : problems + (problems == 1 ? " problem" : " problems")) + rest;
    }

    private long count(Outcome outcome) {
        return findings.stream().filter(finding -> finding.outcome() == outcome).count();
    }
}
