package io.freshet.store.vocabulary;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.format.FormatVersionException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VocabularyFileTest {
    private static final String GOLDEN = """
            freshet-vocabulary version=2 count=5
            i1
            é☃😀

            back\\\\slash \\n \\r
             spaces\tand more
            """;
    private static final List<@Nullable String> ITEMS =
            Arrays.asList("i1", "é☃😀", null, "back\\slash \n \r", " spaces\tand more");

    @TempDir
    Path folder;

    @Test
    void shouldWriteGoldenTextWhenItemsNeedEscapes() throws IOException {
        VocabularyFile.write(file(), vocabulary(ITEMS));
        assertThat(Files.readString(file())).isEqualTo(GOLDEN);
    }

    @Test
    void shouldReadGoldenTextOfVersion2() throws IOException {
        Files.writeString(file(), GOLDEN);
        Vocabulary read = VocabularyFile.read(file());
        assertThat(items(read)).isEqualTo(ITEMS);
        assertThat(read.addIfAbsent("new")).as("the free row").isEqualTo(2);
    }

    @Test
    void shouldReadVersion1WhichHasNoFreeRows() throws IOException {
        Files.writeString(file(), "freshet-vocabulary version=1 count=2\nb\na\n");
        assertThat(items(VocabularyFile.read(file()))).containsExactly("b", "a");
    }

    @Test
    void shouldNotOverwriteWhenTheFileIsThere() throws IOException {
        Files.writeString(file(), GOLDEN);
        assertThatThrownBy(() -> VocabularyFile.write(file(), new Vocabulary()))
                .isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void shouldRefuseEveryTruncation() throws IOException {
        byte[] golden = GOLDEN.getBytes(UTF_8);
        for (int length = 0; length < golden.length; length++) {
            Files.write(file(), Arrays.copyOf(golden, length));
            assertThatThrownBy(() -> VocabularyFile.read(file()))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(CorruptFormatException.class)
                    .hasMessageContaining(file().toString());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "items\na\n",
                "freshet-vocabulary version=1 count=01\na\n",
                "freshet-vocabulary version=1 count=-1\n",
                "freshet-vocabulary version=1 count=99999999999\na\n",
                "freshet-vocabulary version=1 count=999999999\na\n",
                "freshet-vocabulary version=1 count=1\na\nb\n",
                "freshet-vocabulary version=1 count=2\na\na\n",
                "freshet-vocabulary version=1 count=1\n\n",
                "freshet-vocabulary version=2 count=3\na\n\na\n",
                "freshet-vocabulary version=1 count=1\na\r\n",
                "freshet-vocabulary version=1 count=1\n\\t\n",
                "freshet-vocabulary version=1 count=1\n\\\n",
            })
    void shouldRefuseTextWhenItIsNoVocabulary(String text) throws IOException {
        Files.writeString(file(), text);
        assertThatThrownBy(() -> VocabularyFile.read(file())).isInstanceOf(CorruptFormatException.class);
    }

    @Test
    void shouldRefuseBytesWhenTheyAreNotUtf8() throws IOException {
        byte[] bytes = GOLDEN.getBytes(UTF_8);
        bytes[GOLDEN.indexOf("i1")] = (byte) 0xff;
        Files.write(file(), bytes);
        assertThatThrownBy(() -> VocabularyFile.read(file())).isInstanceOf(CorruptFormatException.class);
    }

    @Test
    void shouldTellTooOldFromTooNew() throws IOException {
        Files.writeString(file(), "freshet-vocabulary version=0 count=0\n");
        assertThatThrownBy(() -> VocabularyFile.read(file())).isInstanceOf(FormatVersionException.class);
        Files.writeString(file(), "freshet-vocabulary version=3 count=0\n");
        assertThatThrownBy(() -> VocabularyFile.read(file())).isInstanceOf(FormatVersionException.class);
    }

    private Path file() {
        return folder.resolve(VocabularyFile.NAME);
    }

    private static Vocabulary vocabulary(List<@Nullable String> items) {
        Vocabulary vocabulary = new Vocabulary();
        for (int row = 0; row < items.size(); row++) {
            String item = items.get(row);
            if (item != null) {
                vocabulary.put(row, item);
            }
        }
        return vocabulary;
    }

    private static List<@Nullable String> items(Vocabulary vocabulary) {
        List<@Nullable String> items = new ArrayList<>();
        for (int row = 0; row < vocabulary.size(); row++) {
            items.add(vocabulary.isTaken(row) ? vocabulary.itemAt(row) : null);
        }
        return items;
    }
}
