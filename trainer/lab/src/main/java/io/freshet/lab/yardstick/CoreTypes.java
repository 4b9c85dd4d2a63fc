package io.freshet.lab.yardstick;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** OpenBLAS's names for its sets of kernels ({@code OPENBLAS_CORETYPE}). */
public final class CoreTypes {
    /** Used instead of a name for the core type that OpenBLAS detects by itself. */
    public static final String DETECTED = "detected";

    private static final List<String> X86 = List.of("Haswell", "Zen", "SkylakeX", "Cooperlake", "SapphireRapids");
    private static final List<String> ARM = List.of("ARMV8", "CORTEXA57", "NEOVERSEN1", "NEOVERSEV1", "THUNDERX2T99");

    private CoreTypes() {}

    /**
     * Returns the core types that are worth measuring: the detected one, and those for recent CPUs.
     *
     * @param architecture a value of the system property {@code os.arch}
     */
    public static List<String> of(String architecture) {
        List<String> types = new ArrayList<>(List.of(DETECTED));
        switch (architecture.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> types.addAll(X86);
            case "aarch64", "arm64" -> types.addAll(ARM);
            default -> {} // only the detected core type
        }
        return types;
    }

    /**
     * Returns the core type that OpenBLAS has loaded, from the first answer of {@link SgemmMain}. OpenBLAS silently
     * replaces a core type that it does not know by another one.
     *
     * @param asked a name in any case, or {@link #DETECTED}
     * @throws CoreTypeException if another core type was loaded than {@code asked}, or its matrix product is wrong
     */
    static String loaded(String asked, String answer) throws CoreTypeException {
        if (answer.startsWith(SgemmMain.WRONG)) {
            throw new CoreTypeException("its product of two matrices is wrong");
        }
        if (!answer.startsWith(SgemmMain.CORE)) {
            throw new CoreTypeException("its process gave no core type: answer=" + answer);
        }
        String loaded = answer.substring(SgemmMain.CORE.length());
        if (!asked.equals(DETECTED) && !loaded.equalsIgnoreCase(asked)) {
            throw new CoreTypeException("this build of OpenBLAS does not know it and loaded " + loaded);
        }
        return loaded;
    }
}
