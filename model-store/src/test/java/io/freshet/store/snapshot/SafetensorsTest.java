package io.freshet.store.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.format.FormatException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The layout was checked by hand against https://huggingface.co/docs/safetensors/index#format, not by our reader. */
class SafetensorsTest {
    private static final List<Tensor> TENSORS = List.of(
            Tensor.of("bytes", DType.U8, MemorySegment.ofArray(new byte[] {1, 2, 3}), 3),
            Tensor.of("weights", DType.F32, MemorySegment.ofArray(new float[] {1, -2, 0.5f, 3.25f, 0, -0.0f}), 2, 3),
            Tensor.of("rows", DType.I32, MemorySegment.ofArray(new int[] {7}), 1),
            Tensor.of("step", DType.I64, MemorySegment.ofArray(new long[] {42})),
            Tensor.of("none", DType.F32, MemorySegment.ofArray(new float[0]), 0, 64));

    private static final String GOLDEN_HEADER = "{\"__metadata__\":{\"format\":\"freshet\",\"step\":\"42\"},"
            + "\"step\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
            + "\"none\":{\"dtype\":\"F32\",\"shape\":[0,64],\"data_offsets\":[8,8]},"
            + "\"rows\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[8,12]},"
            + "\"weights\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[12,36]},"
            + "\"bytes\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[36,39]}}";
    private static final String GOLDEN_DATA =
            "2a00000000000000" + "07000000" + "0000803f000000c00000003f000050400000000000000080" + "010203";

    @TempDir
    Path folder;

    @Test
    void shouldWriteGoldenBytes() throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(write())).order(ByteOrder.LITTLE_ENDIAN);
        int headerLength = (int) bytes.getLong();
        byte[] header = new byte[headerLength];
        bytes.get(header);
        byte[] data = new byte[bytes.remaining()];
        bytes.get(data);
        assertThat(new String(header, UTF_8).stripTrailing()).isEqualTo(GOLDEN_HEADER);
        assertThat(HexFormat.of().formatHex(data)).isEqualTo(GOLDEN_DATA);
    }

    @Test
    void shouldFollowThePublishedFormat() throws IOException {
        byte[] file = Files.readAllBytes(write());
        long headerLength = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        int dataStart = (int) (8 + headerLength);
        assertThat(headerLength).isLessThan(100_000_000).isEqualTo(headerLength / 8 * 8);
        assertThat((char) file[8]).isEqualTo('{');

        String header = new String(file, 8, (int) headerLength, UTF_8);
        assertThat(header.substring(header.lastIndexOf('}') + 1)).matches(" {0,7}");
        long covered = 0;
        for (Map.Entry<String, JsonNode> field :
                new ObjectMapper().readTree(header).properties()) {
            if (!field.getKey().equals("__metadata__")) {
                covered = assertEntryFollows(covered, field.getValue());
            }
        }
        assertThat(covered).isEqualTo(file.length - dataStart);
    }

    private static long assertEntryFollows(long covered, JsonNode entry) {
        Map<String, Integer> elementBytes = Map.of("F32", 4, "I32", 4, "I64", 8, "U8", 1);
        long element = elementBytes.getOrDefault(entry.get("dtype").textValue(), 0);
        long elements = 1;
        for (JsonNode length : entry.get("shape")) {
            elements *= length.longValue();
        }
        long begin = entry.get("data_offsets").get(0).longValue();
        long end = entry.get("data_offsets").get(1).longValue();
        assertThat(begin).isEqualTo(covered);
        assertThat(begin % element).isZero();
        assertThat(end - begin).isEqualTo(elements * element);
        return end;
    }

    @Test
    void shouldReadWhatWasWritten() throws IOException {
        Path file = write();
        try (Arena arena = Arena.ofConfined()) {
            SafetensorsFile read = SafetensorsFile.open(file, arena);
            assertThat(read.metadata()).isEqualTo(Map.of("format", "freshet", "step", "42"));
            assertThat(read.names()).containsExactly("step", "none", "rows", "weights", "bytes");
            for (Tensor tensor : TENSORS) {
                assertSame(read.tensor(tensor.name()), tensor);
            }
            MemorySegment weights = read.tensor("weights", DType.F32, 2, 3).data();
            assertThat(weights.isReadOnly()).isTrue();
            assertThat(weights.getAtIndex(ValueLayout.JAVA_FLOAT, 3)).isEqualTo(3.25f);
        }
    }

    private static void assertSame(Tensor read, Tensor written) {
        assertThat(read.dtype()).isEqualTo(written.dtype());
        assertThat(read.shape()).isEqualTo(written.shape());
        assertThat(read.data().mismatch(written.data())).isEqualTo(-1);
    }

    @Test
    void shouldWriteTheSameBytesWhenTensorsComeInAnotherOrder() throws IOException {
        Path other = folder.resolve("other.safetensors");
        SafetensorsWriter.write(other, TENSORS.reversed(), Map.of("step", "42", "format", "freshet"));
        assertThat(Files.mismatch(write(), other)).isEqualTo(-1);
    }

    @Test
    void shouldReadMoreThanOneChunkWhenATensorIsLarge() throws IOException {
        Path file = folder.resolve("large.safetensors");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(4L * 700_000, 64);
            for (int i = 0; i < 700_000; i++) {
                memory.setAtIndex(ValueLayout.JAVA_INT, i, i * 31);
            }
            Tensor large = Tensor.of("large", DType.I32, memory, 700, 1000);
            SafetensorsWriter.write(file, List.of(large), Map.of());
            assertSame(SafetensorsFile.open(file, arena).tensor("large"), large);
        }
    }

    @Test
    void shouldReadAForeignFileWhenItHasNoMetadataAndUnknownFields() throws IOException {
        Path file = hostile("{\"t\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"more\":1}}", 4);
        try (Arena arena = Arena.ofConfined()) {
            assertThat(SafetensorsFile.open(file, arena).names()).containsExactly("t");
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "no JSON | {'t':",
                "no object | ['t']",
                "space before | ~ {}~",
                "two of a name | {'t':{'dtype':'U8','shape':[4],'data_offsets':[0,4]},"
                        + "'t':{'dtype':'U8','shape':[4],'data_offsets':[0,4]}}",
                "nothing covered | {}",
                "a hole before | {'t':{'dtype':'U8','shape':[3],'data_offsets':[1,4]}}",
                "a hole behind | {'t':{'dtype':'U8','shape':[3],'data_offsets':[0,3]}}",
                "an overlap | {'a':{'dtype':'U8','shape':[3],'data_offsets':[0,3]},"
                        + "'b':{'dtype':'U8','shape':[2],'data_offsets':[2,4]}}",
                "the same twice | {'a':{'dtype':'U8','shape':[4],'data_offsets':[0,4]},"
                        + "'b':{'dtype':'U8','shape':[4],'data_offsets':[0,4]}}",
                "beyond the end | {'t':{'dtype':'U8','shape':[5],'data_offsets':[0,5]}}",
                "backwards | {'t':{'dtype':'U8','shape':[4],'data_offsets':[4,0]}}",
                "negative | {'t':{'dtype':'U8','shape':[-4],'data_offsets':[0,-4]}}",
                "another size | {'t':{'dtype':'F32','shape':[2],'data_offsets':[0,4]}}",
                "too many elements | {'t':{'dtype':'F32','shape':[4611686018427387905],'data_offsets':[0,4]}}",
                "product overflows | {'t':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,4]}}",
                "number overflows | {'t':{'dtype':'U8','shape':[4],'data_offsets':[0,18446744073709551620]}}",
                "fraction | {'t':{'dtype':'U8','shape':[4.0],'data_offsets':[0,4]}}",
                "three ends | {'t':{'dtype':'U8','shape':[4],'data_offsets':[0,4,4]}}",
                "unknown type | {'t':{'dtype':'BF16','shape':[2],'data_offsets':[0,4]}}",
                "no type | {'t':{'shape':[4],'data_offsets':[0,4]}}",
                "no shape | {'t':{'dtype':'U8','data_offsets':[0,4]}}",
                "no tensor | {'t':7}",
                "metadata of numbers | {'__metadata__':{'a':1},'t':{'dtype':'U8','shape':[4],'data_offsets':[0,4]}}",
                "metadata of none | {'__metadata__':null,'t':{'dtype':'U8','shape':[4],'data_offsets':[0,4]}}",
            })
    void shouldRefuseHeaderWhenItDoesNotDescribeTheData(String what, String header) throws IOException {
        Path file = hostile(header.replace('\'', '"'), 4);
        assertThatThrownBy(() -> open(file))
                .as(what)
                .isInstanceOf(CorruptFormatException.class)
                .hasMessageContaining(file.toString());
    }

    @ParameterizedTest
    @CsvSource({"-1", "9223372036854775807", "100000001", "9", "4294967296", "0"})
    void shouldRefuseFileWhenTheHeaderLengthIsHostile(long headerLength) throws IOException {
        Path file = folder.resolve("hostile.safetensors");
        Files.write(
                file,
                ByteBuffer.allocate(16)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(headerLength)
                        .put("{}      ".getBytes(UTF_8))
                        .array());
        assertThatThrownBy(() -> open(file)).isInstanceOf(CorruptFormatException.class);
    }

    @Test
    void shouldRefuseEveryTruncation() throws IOException {
        byte[] whole = Files.readAllBytes(write());
        Path cut = folder.resolve("cut.safetensors");
        for (int length = 0; length < whole.length; length++) {
            Files.write(cut, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> open(cut))
                    .as("cut to %d of %d bytes", length, whole.length)
                    .isInstanceOf(CorruptFormatException.class);
        }
    }

    /** A bit flip in a name or in the data is not detected here; the manifest's SHA-256 detects it. */
    @Test
    void shouldReadOrRefuseEveryBitFlipInTheHeader() throws IOException {
        byte[] whole = Files.readAllBytes(write());
        Path file = folder.resolve("flipped.safetensors");
        for (int bit = 0; bit < Byte.SIZE * (whole.length - GOLDEN_DATA.length() / 2); bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            Files.write(file, flipped);
            try {
                open(file);
            } catch (FormatException e) {
                assertThat(e).hasMessageContaining(file.toString());
            }
        }
    }

    @Test
    void shouldNameBothShapesWhenATensorIsNotAsExpected() throws IOException {
        Path file = write();
        try (Arena arena = Arena.ofConfined()) {
            SafetensorsFile read = SafetensorsFile.open(file, arena);
            assertThatThrownBy(() -> read.tensor("weights", DType.F32, 3, 2))
                    .isInstanceOf(CorruptFormatException.class)
                    .hasMessageContaining("F32[3, 2]")
                    .hasMessageContaining("F32[2, 3]");
            assertThatThrownBy(() -> read.tensor("weight"))
                    .isInstanceOf(CorruptFormatException.class)
                    .hasMessageContaining("weights");
        }
    }

    @Test
    void shouldRefuseToWriteWhenNamesOrShapesAreWrong() {
        Tensor tensor = TENSORS.getFirst();
        Path file = folder.resolve("never.safetensors");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SafetensorsWriter.write(file, List.of(tensor, tensor), Map.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.of("t", DType.F32, MemorySegment.ofArray(new float[3]), 2));
        assertThat(file).doesNotExist();
    }

    private Path write() throws IOException {
        Path file = folder.resolve("weights.safetensors");
        SafetensorsWriter.write(file, TENSORS, Map.of("format", "freshet", "step", "42"));
        return file;
    }

    private Path hostile(String header, int dataBytes) throws IOException {
        byte[] json = header.getBytes(UTF_8);
        Path file = folder.resolve("hostile.safetensors");
        Files.write(
                file,
                ByteBuffer.allocate(8 + json.length + dataBytes)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(json.length)
                        .put(json)
                        .array());
        return file;
    }

    private static void open(Path file) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            assertThat(SafetensorsFile.open(file, arena).names()).isNotNull();
        }
    }
}
