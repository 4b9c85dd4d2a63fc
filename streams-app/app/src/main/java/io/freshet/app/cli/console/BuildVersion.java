package io.freshet.app.cli.console;

import io.freshet.service.telemetry.Build;
import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into the jar, with the versions of Kafka and Java. */
public final class BuildVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"freshet " + Build.version(), "Kafka " + Build.kafka() + ", Java " + Runtime.version()};
    }
}
