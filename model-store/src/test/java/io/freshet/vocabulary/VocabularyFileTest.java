package io.freshet.vocabulary;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.format.CorruptFormatException;
import io.freshet.format.FormatTooNewException;
import io.freshet.format.FormatTooOldException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VocabularyFileTest {
    private static final String GOLDEN = """
            freshet-vocabulary version=1 count=4
            i1
            é☃😀
            back\\\\slash \\n \\r
             spaces\tand more
            """;
    private static final List<String> ITEMS = List.of("i1", "é☃😀", "back\\slash \n \r", " spaces\tand more");

    @TempDir
    Path folder;

    @Test
    void shouldWriteGoldenTextWhenItemsNeedEscapes() throws IOException {
        VocabularyFile.write(file(), vocabulary(ITEMS));
        assertThat(Files.readString(file())).isEqualTo(GOLDEN);
    }

    @Test
    void shouldReadGoldenTextOfVersion1() throws IOException {
        Files.writeString(file(), GOLDEN);
        Vocabulary vocabulary = VocabularyFile.read(file());
        assertThat(vocabulary.items(0, vocabulary.size())).isEqualTo(ITEMS);
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
        assertThatThrownBy(() -> VocabularyFile.read(file())).isInstanceOf(FormatTooOldException.class);
        Files.writeString(file(), "freshet-vocabulary version=2 count=0\n");
        assertThatThrownBy(() -> VocabularyFile.read(file())).isInstanceOf(FormatTooNewException.class);
    }

    private Path file() {
        return folder.resolve(VocabularyFile.NAME);
    }

    private static Vocabulary vocabulary(Iterable<String> items) {
        Vocabulary vocabulary = new Vocabulary();
        items.forEach(vocabulary::addIfAbsent);
        return vocabulary;
    }
}
