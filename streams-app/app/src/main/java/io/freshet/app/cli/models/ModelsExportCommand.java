package io.freshet.app.cli.models;

import io.freshet.app.cli.console.ProgressLine;
import io.freshet.app.cli.option.FreshetCommand;
import io.freshet.app.export.ExportFormat;
import io.freshet.app.export.ItemExport;
import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.store.Snapshot;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freshet models export}. */
@Command(
        name = "export",
        description = {
            "Writes the ids and the learned vectors of a snapshot's items for other programs: a nearest-neighbour index, a"
                    + " notebook, a warehouse. Items that the model has forgotten are left out. Every file of the snapshot"
                    + " is checked first.",
            "",
            "  safetensors  items.safetensors, a tensor named items (items, dim), and items.jsonl",
            "  npy          items.npy, float32 (items, dim), and items.jsonl",
            "  parquet      items.parquet: item_id, a string, and vector, a list of floats",
            "",
            "Line n of items.jsonl is the id of row n of the vectors, as a JSON string.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  freshet models export latest --config freshet.properties --out vectors --format parquet",
            "  freshet models export latest --store models --out vectors --format npy",
            "      python: vectors = numpy.load('vectors/items.npy')",
            "              ids = [json.loads(line) for line in open('vectors/items.jsonl')]"
        })
final class ModelsExportCommand extends FreshetCommand {
    @Parameters(paramLabel = "VERSION", description = "Version of the snapshot, or latest.")
    private String version = SnapshotSourceOptions.LATEST;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "The folder to write into.")
    private Path out = Path.of("");

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "safetensors",
            description = "safetensors, npy or parquet. Default: ${DEFAULT-VALUE}.")
    private ExportFormat format = ExportFormat.SAFETENSORS;

    @Option(names = "--force", description = "Replace the files of an earlier export.")
    private boolean force;

    @Mixin
    private SnapshotSourceOptions place;

    @Override
    public Integer call() throws Exception {
        ItemExport export = new ItemExport(out, format, force);
        try {
            export.requireFree();
        } catch (FileAlreadyExistsException e) {
            throw refused("--out: " + e.getMessage());
        }
        try (SnapshotSourceOptions.Opened opened = place.openStore(spec)) {
            String found = opened.find(version, spec);
            ProgressLine progress = ProgressLine.on(System.err);
            try (Snapshot snapshot = opened.store().open(opened.modelName(), found, ModelSnapshot::isRead)) {
                ItemExport.Exported exported = export.write(snapshot, (items, of) -> show(progress, items, of));
                progress.clear();
                System.out.printf(
                        Locale.ROOT,
                        "%,d items of %s/%s, %d wide: %s%n",
                        exported.items(),
                        opened.modelName(),
                        found,
                        exported.dim(),
                        exported.files());
                System.out.flush();
            }
            return 0;
        }
    }

    private static void show(ProgressLine progress, int items, int of) {
        if (progress.isDue()) {
            progress.show(progress.bar((double) items / of));
        }
    }
}
