package io.freshet.app.feed;

import io.freshet.client.click.Click;
import io.freshet.client.click.ClickCodec;
import io.freshet.store.Durability;
import io.freshet.store.format.Sha256;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Sorts clicks by their time; clicks of the same time keep the order in which they were added. Clicks that do not fit into
 * the given memory go to a temporary folder as sorted runs, which are merged while they are read. The folder is made when
 * it is needed, and removed by {@link #close}.
 *
 * <p>First all clicks are added, then they are read once. Not thread-safe.
 */
public final class ClickSort implements AutoCloseable {
    /** Memory for clicks that suits the smallest heap of the program, in bytes. */
    public static final long USUAL_MEMORY = 64L << 20;

    private static final int BYTES_BESIDE_JSON = 200; // of objects, references and the user's id
    private static final int MOST_RUNS = 128; // open files
    private static final int BUFFER_BYTES = 64 << 10;

    private final Path parent;
    private final long memoryBytes;
    private final MessageDigest digest = Sha256.begin();
    private final List<TimedClick> kept = new ArrayList<>();
    private final List<Path> runs = new ArrayList<>(); // in order of arrival
    private @Nullable Path folder;
    private long keptBytes;
    private long clicks;
    private int files;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record TimedClick(long timeMs, String user, byte[] json) {}

    /**
     * @param parent folder in which the temporary folder is made
     * @param memoryBytes approximate memory for clicks before they are written to files
     */
    public ClickSort(Path parent, long memoryBytes) {
        this.parent = parent;
        this.memoryBytes = memoryBytes;
    }

    /** Adds a click. */
    public void add(Click click) throws IOException {
        byte[] json = ClickCodec.toJson(click);
        digest.update(json);
        clicks++;
        kept.add(new TimedClick(click.timestampMs(), click.userId(), json));
        keptBytes += json.length + BYTES_BESIDE_JSON;
        if (keptBytes > memoryBytes) {
            spill();
        }
    }

    /** Returns the number of clicks added. */
    public long clicks() {
        return clicks;
    }

    /** Returns the number of bytes that clicks take on disk; 0 if they fit into memory, and after {@link #sorted}. */
    public long bytesOnDisk() throws IOException {
        long bytes = 0;
        for (Path run : runs) {
            bytes += Files.size(run);
        }
        return bytes;
    }

    /** Returns the clicks in order; their positions are 1, 2, 3 and so on. To be called once. */
    public Sorted sorted() throws IOException {
        String id = Sha256.hex(digest);
        kept.sort(Comparator.comparingLong(TimedClick::timeMs));
        Merge merge = merged(runs);
        deleteOpenRuns();
        return new Sorted(id, merge);
    }

    /** All clicks in order. */
    public static final class Sorted implements ClickSource {
        private final String id;
        private final Merge merge;
        private long position;

        private Sorted(String id, Merge merge) {
            this.id = id;
            this.merge = merge;
        }

        /** Returns a digest of all clicks in the order in which they were added. */
        public String id() {
            return id;
        }

        @Override
        public @Nullable SourceClick next() throws IOException {
            TimedClick click = merge.next();
            return click == null ? null : new SourceClick(++position, click.user(), click.json());
        }

        @Override
        public void close() throws IOException {
            merge.close();
        }
    }

    /** Deletes the files of the runs while they are read, so that none is left if the process is killed. */
    private void deleteOpenRuns() {
        for (Path run : runs) {
            try {
                Files.delete(run);
            } catch (IOException _) {
                // Not every system deletes open files. Then close() deletes them.
            }
        }
        runs.clear();
    }

    private void spill() throws IOException {
        if (runs.size() == MOST_RUNS) {
            List<Path> before = List.copyOf(runs);
            List<TimedClick> newest = List.copyOf(kept);
            kept.clear();
            Path one = nextFile();
            try (Merge merge = merged(before);
                    DataOutputStream out = writer(one)) {
                for (TimedClick click = merge.next(); click != null; click = merge.next()) {
                    write(out, click);
                }
            }
            for (Path run : before) {
                Files.delete(run);
            }
            runs.clear();
            runs.add(one);
            kept.addAll(newest);
        }
        kept.sort(Comparator.comparingLong(TimedClick::timeMs));
        Path run = nextFile();
        try (DataOutputStream out = writer(run)) {
            for (TimedClick click : kept) {
                write(out, click);
            }
        }
        runs.add(run);
        kept.clear();
        keptBytes = 0;
    }

    private Path nextFile() throws IOException {
        if (folder == null) {
            folder = Files.createTempDirectory(parent, "freshet-import-");
        }
        return folder.resolve("run-" + files++);
    }

    private static DataOutputStream writer(Path file) throws IOException {
        return new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES));
    }

    private static void write(DataOutputStream out, TimedClick click) throws IOException {
        out.writeLong(click.timeMs());
        out.writeUTF(click.user());
        out.writeInt(click.json().length);
        out.write(click.json());
    }

    /** Returns the clicks of these runs, and after them those in memory. */
    private Merge merged(List<Path> ofRuns) throws IOException {
        Merge merge = new Merge();
        try {
            for (Path run : ofRuns) {
                merge.add(new DataInputStream(new BufferedInputStream(Files.newInputStream(run), BUFFER_BYTES)));
            }
        } catch (IOException e) {
            merge.close();
            throw e;
        }
        merge.addLast(kept);
        return merge;
    }

    /** A merge of sorted runs. Of clicks with the same time, that of the earlier run comes first. */
    private static final class Merge implements AutoCloseable {
        private final List<DataInputStream> inputs = new ArrayList<>();
        private final PriorityQueue<Head> heads = new PriorityQueue<>(
                Comparator.<Head>comparingLong(head -> head.click().timeMs()).thenComparingInt(Head::run));
        private List<TimedClick> last = List.of();
        private int nextOfLast;

        /** The next click of a run. */
        private record Head(int run, TimedClick click) {}

        void add(DataInputStream input) throws IOException {
            inputs.add(input);
            advance(inputs.size() - 1);
        }

        /** Adds the newest run, which is in memory. */
        void addLast(List<TimedClick> run) throws IOException {
            last = run;
            advance(inputs.size());
        }

        @Nullable
        TimedClick next() throws IOException {
            Head head = heads.poll();
            if (head == null) {
                return null;
            }
            advance(head.run());
            return head.click();
        }

        private void advance(int run) throws IOException {
            TimedClick click = run < inputs.size() ? read(inputs.get(run)) : nextInMemory();
            if (click != null) {
                heads.add(new Head(run, click));
            }
        }

        private @Nullable TimedClick nextInMemory() {
            return nextOfLast < last.size() ? last.get(nextOfLast++) : null;
        }

        /** Returns the next click, or null at the end of the run. */
        private static @Nullable TimedClick read(DataInputStream in) throws IOException {
            long timeMs;
            try {
                timeMs = in.readLong();
            } catch (EOFException _) {
                return null;
            }
            String user = in.readUTF();
            byte[] json = new byte[in.readInt()];
            in.readFully(json);
            return new TimedClick(timeMs, user, json);
        }

        @Override
        public void close() throws IOException {
            for (DataInputStream input : inputs) {
                input.close();
            }
        }
    }

    /** Removes the temporary folder. Call it after the source has been closed. */
    @Override
    public void close() throws IOException {
        if (folder != null) {
            Durability.removeRecursively(folder);
        }
    }
}
