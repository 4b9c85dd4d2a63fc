package io.freshet.workbench.demo.state;

import io.freshet.app.clickfile.ClickFiles;
import io.freshet.app.feed.GeneratorConfig;
import io.freshet.store.format.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * The source of a state folder's clicks and the layout of its topics. A second start must use the same ones, or clicks
 * would be produced twice or not at all.
 *
 * <p>Files are identified by their first bytes, so they may have been moved, and the last one may have grown.
 */
public final class DemoOrigin {
    private static final int HEAD_BYTES = 1 << 16;
    private static final String TURNOVER = "generator.turnover";
    private static final String DIALECT = "file.dialect";

    private final Map<String, String> facts;

    private DemoOrigin(Map<String, String> facts) {
        this.facts = facts;
    }

    public static DemoOrigin ofFiles(ClickFiles files, int partitions) throws IOException {
        Map<String, String> facts = new TreeMap<>();
        ByteArrayOutputStream heads = new ByteArrayOutputStream();
        for (Path file : files.files()) {
            heads.writeBytes(head(file));
        }
        facts.put("clicks", "file");
        facts.put("file.count", String.valueOf(files.files().size()));
        facts.put("file.head.bytes", String.valueOf(heads.size()));
        facts.put("file.head.sha256", Sha256.hex(heads.toByteArray(), heads.size()));
        facts.put("file.layout", files.layout());
        facts.put(DIALECT, files.dialect());
        facts.put("partitions", String.valueOf(partitions));
        return new DemoOrigin(facts);
    }

    public static DemoOrigin ofGenerator(GeneratorConfig config, int partitions) {
        Map<String, String> facts = new TreeMap<>();
        facts.put("clicks", "generator");
        facts.put("generator.seed", String.valueOf(config.seed()));
        facts.put("generator.users", String.valueOf(config.users()));
        facts.put("generator.items", String.valueOf(config.items()));
        facts.put(TURNOVER, String.valueOf(config.turnover()));
        facts.put("partitions", String.valueOf(partitions));
        return new DemoOrigin(facts);
    }

    /**
     * Writes the facts into a new folder, or compares them with those of the first start.
     *
     * @throws StateFolderException if a fact differs; the message names the first one
     */
    public void agreeWith(StateFolder state) throws IOException {
        if (!Files.exists(state.origin())) {
            write(state.origin());
            return;
        }
        Properties kept = new Properties();
        try (var reader = Files.newBufferedReader(state.origin())) {
            kept.load(reader);
        }
        for (Map.Entry<String, String> fact : facts.entrySet()) {
            // Folders of earlier versions do not have these two.
            String absent = switch (fact.getKey()) {
                case DIALECT -> fact.getValue();
                case TURNOVER -> "false";
                default -> "";
            };
            String before = kept.getProperty(fact.getKey(), absent);
            if (!before.equals(fact.getValue())) {
                throw new StateFolderException("the state folder was started with other clicks or partitions: "
                        + state.path() + " has " + fact.getKey() + "=" + before + ", not " + fact.getValue()
                        + "; use another folder as --state");
            }
        }
    }

    private void write(Path file) throws IOException {
        Properties kept = new Properties();
        kept.putAll(facts);
        StringWriter text = new StringWriter();
        kept.store(text, "What this folder began with");
        Files.writeString(file, text.toString());
    }

    private static byte[] head(Path file) throws IOException {
        try (InputStream input = Files.newInputStream(file)) {
            return input.readNBytes(HEAD_BYTES);
        }
    }
}
