package io.freshet.app.cli.models;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hardwood.InputFile;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.row.PqList;
import io.freshet.app.cli.Freshet;
import io.freshet.store.FileSnapshotStore;
import io.freshet.store.snapshot.DType;
import io.freshet.store.snapshot.SafetensorsFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code freshet models export} and {@code show}: independent readers read what they write. */
class ModelsExportCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long STEP = 5;
    private static final float[][] VECTORS = vectors();

    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    private Path models;
    private Path out;
    private String newest;

    @BeforeEach
    void saveSnapshots() throws IOException {
        models = folder.resolve("models");
        out = folder.resolve("out");
        FileSnapshotStore store = new FileSnapshotStore(models);
        SmallSnapshots.save(store, 1, Instant.EPOCH);
        newest = SmallSnapshots.save(store, STEP, Instant.EPOCH).version();
    }

    @Test
    void shouldWriteTheLatestVectorsAsNumPyReadsThem() throws IOException {
        assertThat(export("latest", "npy")).isZero();

        ByteBuffer file =
                ByteBuffer.wrap(Files.readAllBytes(out.resolve("items.npy"))).order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = new byte[8];
        file.get(magic);
        assertThat(magic).containsExactly(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0);
        byte[] header = new byte[file.getShort()];
        file.get(header);
        assertThat(file.position() % 64).isZero();
        assertThat(new String(header, US_ASCII))
                .startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }")
                .endsWith("\n");
        float[][] read = new float[3][2];
        for (float[] vector : read) {
            file.asFloatBuffer().get(vector);
            file.position(file.position() + 2 * Float.BYTES);
        }
        assertThat(read).isDeepEqualTo(VECTORS);
        assertThat(file.hasRemaining()).isFalse();
        assertThat(ids()).isEqualTo(SmallSnapshots.IDS);
    }

    @Test
    void shouldWriteAParquetFileThatAnotherLibraryReads() throws IOException {
        assertThat(export(newest, "parquet")).isZero();

        List<String> ids = new ArrayList<>();
        List<List<Float>> vectors = new ArrayList<>();
        try (ParquetFileReader file = ParquetFileReader.open(InputFile.of(out.resolve("items.parquet")));
                RowReader rows = file.rowReader()) {
            while (rows.hasNext()) {
                rows.next();
                ids.add(rows.getString("item_id"));
                vectors.add(List.copyOf(((PqList) rows.getValue("vector")).floats()));
            }
        }
        assertThat(ids).isEqualTo(SmallSnapshots.IDS);
        assertThat(vectors)
                .isEqualTo(Stream.of(VECTORS).map(v -> List.of(v[0], v[1])).toList());
        assertThat(names()).containsExactly("items.parquet");
    }

    @Test
    void shouldWriteSafetensorsWithoutTheRowsOfForgottenItems() throws IOException {
        assertThat(export("latest", "safetensors")).isZero();

        try (Arena arena = Arena.ofConfined()) {
            SafetensorsFile file = SafetensorsFile.open(out.resolve("items.safetensors"), arena);
            assertThat(file.metadata()).containsEntry("version", newest);
            float[] data = file.tensor("items", DType.F32, 3, 2).data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
            assertThat(data)
                    .containsExactly(
                            VECTORS[0][0], VECTORS[0][1], VECTORS[1][0], VECTORS[1][1], VECTORS[2][0], VECTORS[2][1]);
        }
        assertThat(ids()).isEqualTo(SmallSnapshots.IDS);
        assertThat(names()).containsExactlyInAnyOrder("items.jsonl", "items.safetensors");
    }

    @Test
    void shouldOverwriteOnlyWhenForced() throws IOException {
        Files.createDirectories(out);
        Files.writeString(out.resolve("items.npy"), "precious");

        assertThat(export("latest", "npy")).isEqualTo(2);
        assertThat(err.toString()).contains("items.npy", "--force");
        assertThat(out.resolve("items.npy")).hasContent("precious");
        assertThat(names()).containsExactly("items.npy");

        assertThat(export("latest", "npy", "--force")).isZero();
        assertThat(Files.size(out.resolve("items.npy"))).isGreaterThan(64);
    }

    @Test
    void shouldRefuseWhatIsNotThere() {
        assertThat(export("000000000009-0123456789ab", "npy")).isEqualTo(2);
        assertThat(err.toString()).contains("no such snapshot of model default", newest);
        assertThat(export("../../etc", "npy")).isEqualTo(2);
        assertThat(export("latest", "csv")).isEqualTo(2);
        assertThat(err.toString()).contains("csv", "SAFETENSORS");
        assertThat(out).doesNotExist();
    }

    @Test
    void shouldWriteNothingWhenAFileOfTheSnapshotIsDamaged() throws IOException {
        Path items = models.resolve("default").resolve(newest).resolve("items-00000.safetensors");
        byte[] bytes = Files.readAllBytes(items);
        bytes[bytes.length - 1] ^= 1;
        Files.write(items, bytes);

        assertThat(export("latest", "npy")).isEqualTo(1);
        assertThat(err.toString()).contains("sha256");
        assertThat(out).doesNotExist();
    }

    @Test
    void shouldShowWhatASnapshotIs() throws IOException {
        Path json = folder.resolve("show.json");

        assertThat(execute("models", "show", "--store", models.toString(), "--json", json.toString()))
                .isZero();

        JsonNode report = JSON.readTree(Files.readString(json));
        assertThat(report.path("served").isNull()).isTrue();
        assertThat(report.at("/manifest/version").asText()).isEqualTo(newest);
        assertThat(report.at("/manifest/model_log/offset").asLong()).isEqualTo(3 * STEP);
        assertThat(report.at("/manifest/files")).hasSize(3);
    }

    private int export(String version, String format, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "models",
                "export",
                version,
                "--store",
                models.toString(),
                "--out",
                out.toString(),
                "--format",
                format));
        arguments.addAll(List.of(more));
        return execute(arguments.toArray(String[]::new));
    }

    private int execute(String... arguments) {
        return Freshet.commandLine().setErr(new PrintWriter(err)).execute(arguments);
    }

    private List<String> ids() throws IOException {
        List<String> ids = new ArrayList<>();
        for (String line : Files.readAllLines(out.resolve("items.jsonl"))) {
            ids.add(JSON.readValue(line, String.class));
        }
        return ids;
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(out)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static float[][] vectors() {
        float[][] vectors = new float[SmallSnapshots.TAKEN.length][SmallSnapshots.DIM];
        for (int i = 0; i < vectors.length; i++) {
            for (int column = 0; column < SmallSnapshots.DIM; column++) {
                vectors[i][column] = SmallSnapshots.value(SmallSnapshots.TAKEN[i], column, STEP);
            }
        }
        return vectors;
    }
}
