package io.freshet.store.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.fuzz.Texts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class VocabularyFileProperties {
    @Property(tries = 200)
    void shouldReadTheSameItemsWhenWritten(@ForAll("items") Set<String> items) throws IOException {
        Path parent = Files.createTempDirectory("vocabulary");
        Path written = parent.resolve(VocabularyFile.NAME);
        Vocabulary vocabulary = new Vocabulary();
        items.forEach(vocabulary::addIfAbsent);
        VocabularyFile.write(written, vocabulary);
        Vocabulary read = VocabularyFile.read(written);
        assertThat(read.items()).containsExactlyElementsOf(items);
        Files.delete(written);
        Files.delete(parent);
    }

    @Provide
    Arbitrary<Set<String>> items() {
        return Texts.ofLength(1, 20).set().ofMaxSize(50);
    }
}
