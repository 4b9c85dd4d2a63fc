package io.freshet.dl4j;

import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.EncoderType;
import io.freshet.model.encoder.EncoderTypes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * The type of encoders whose network is in a file, see {@link NetworkFile}. The text of the network is a setting, so a
 * snapshot's manifest carries it and no other process needs the file.
 */
public final class Dl4jType implements EncoderType {
    static final String NETWORK = "network";

    public Dl4jType() {}

    @Override
    public String name() {
        return "dl4j";
    }

    @Override
    public Set<String> settings() {
        return Set.of(NETWORK);
    }

    /**
     * Reads the network from a file, or from the argument itself if that is the network's text, as in a snapshot's manifest.
     */
    @Override
    public Map<String, Object> read(String argument) throws IOException {
        return Map.of(
                NETWORK,
                argument.startsWith("{") ? NetworkFile.canonical(argument) : NetworkFile.read(Path.of(argument)));
    }

    @Override
    public EncoderShape shape(Map<String, Object> settings) {
        if (!settings.containsKey(NETWORK)) {
            throw new IllegalArgumentException("dl4j must have a file with its network: dl4j:FILE");
        }
        Dl4jShape shape = new Dl4jShape(
                name(),
                EncoderType.required(settings, EncoderTypes.DIM),
                EncoderType.required(settings, EncoderTypes.MAX_LENGTH),
                NetworkFile.canonical(EncoderType.requiredText(settings, NETWORK)),
                true);
        shape.requireDigest(settings);
        return shape;
    }
}
