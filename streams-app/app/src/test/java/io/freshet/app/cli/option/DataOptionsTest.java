package io.freshet.app.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.app.clickfile.ClickFileException;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.training.fit.SequenceDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DataOptionsTest {
    private final Vocabulary items = new Vocabulary();
    private final List<String> said = new ArrayList<>();

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
        SequenceDataset data = read(
                "user_id,item_id,timestamp\nu,late,1700000030\nu,early,1700000010\nbroken\nv,late,1700000020\n",
                "--max-bad-rows",
                "25%");
        assertThat(data.users()).isEqualTo(2);
        assertThat(data.sequence(0)).containsExactly(items.rowOf("early"), items.rowOf("late"));
        assertThat(data.sequence(1)).containsExactly(items.rowOf("late"));
        assertThat(said).anyMatch(line -> line.contains("time=timestamp"));
        assertThat(said).anyMatch(line -> line.contains("left out: 1 row, wrong-width"));
    }

    @Test
    void shouldTakeTheColumnsThatAreNamed() throws Exception {
        SequenceDataset data = read(
                "when;who;what;item\n1700000010;u;x;1\n1700000020;u;y;2\n",
                "--user",
                "who",
                "--item",
                "what",
                "--time",
                "when");
        assertThat(data.sequence(0)).containsExactly(items.rowOf("x"), items.rowOf("y"));
    }

    @Test
    void shouldNameTheColumnsThatThereAreWhenOneIsNot() {
        assertThatThrownBy(() -> read("user,item,time\nu,i,1\n", "--item", "thing"))
                .isInstanceOf(ClickFileException.class)
                .hasMessageContaining("no column thing, which --item names")
                .hasMessageContaining("user, item, time");
    }

    private SequenceDataset read(String text, String... options) throws IOException {
        Path file = Files.writeString(folder.resolve("data"), text);
        List<String> arguments = new ArrayList<>(List.of("--data", file.toString()));
        arguments.addAll(List.of(options));
        return CommandLine.populateCommand(new DataOptions(), arguments.toArray(String[]::new))
                .read(items::addIfAbsent, said::add)
                .sequences();
    }
}
