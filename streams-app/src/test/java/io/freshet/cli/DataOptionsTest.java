package io.freshet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.demo.ClickFileException;
import io.freshet.offline.SequenceDataset;
import io.freshet.vocabulary.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DataOptionsTest {
    private final Vocabulary items = new Vocabulary();

    @TempDir
    Path folder;

    @Test
    void shouldReadSequencesWhenThereIsNoHeader() throws Exception {
        SequenceDataset data = read("1 10 20 10\n2 20\n");
        assertThat(data.users()).isEqualTo(2);
        assertThat(data.sequence(0)).containsExactly(0, 1, 0);
    }

    @Test
    void shouldReadClicksInOrderOfTimeWhenThereIsAHeader() throws Exception {
        SequenceDataset data = read("user_id,item_id,timestamp\nu,late,30\nu,early,10\nbroken\nv,late,20\n");
        assertThat(data.users()).isEqualTo(2);
        assertThat(data.sequence(0)).containsExactly(items.rowOf("early"), items.rowOf("late"));
        assertThat(data.sequence(1)).containsExactly(items.rowOf("late"));
    }

    @Test
    void shouldTakeTheColumnsThatAreNamed() throws Exception {
        SequenceDataset data =
                read("when;who;what;item\n10;u;x;1\n20;u;y;2\n", "--user", "who", "--item", "what", "--time", "when");
        assertThat(data.sequence(0)).containsExactly(items.rowOf("x"), items.rowOf("y"));
    }

    @Test
    void shouldNameTheColumnsThatThereAreWhenOneIsNot() {
        assertThatThrownBy(() -> read("user,item,time\nu,i,1\n", "--item", "thing"))
                .isInstanceOf(ClickFileException.class)
                .hasMessageContaining("--item=thing")
                .hasMessageContaining("user, item, time");
    }

    private SequenceDataset read(String text, String... options) throws IOException, ClickFileException {
        Path file = Files.writeString(folder.resolve("data"), text);
        return CommandLine.populateCommand(new DataOptions(), options).read(file, items::addIfAbsent);
    }
}
