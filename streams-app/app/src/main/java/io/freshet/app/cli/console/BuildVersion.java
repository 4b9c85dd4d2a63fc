package io.freshet.app.cli.console;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into the jar, with the versions of Kafka and Java. */
public final class BuildVersion implements IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
        Properties build = new Properties();
        try (InputStream input = BuildVersion.class.getResourceAsStream("build.properties")) {
            if (input != null) {
                build.load(input);
            }
        }
        return new String[] {
            "freshet " + build.getProperty("version", "unknown"),
            "Kafka " + build.getProperty("kafka", "unknown") + ", Java " + Runtime.version()
        };
    }
}
