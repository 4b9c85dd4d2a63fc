package io.freshet.model.tensor;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;

import java.lang.foreign.MemorySegment;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Matrix products by OpenBLAS, as a reference for speed and for tests. No model is computed with it, because its bits
 * depend on the CPU, on the number of threads, and on the number of rows of a product. It runs single-threaded here.
 */
public final class BlasProducts implements Products {
    /** Creates products, and limits OpenBLAS to one thread in the whole process. */
    public BlasProducts() {
        blas_set_num_threads(1);
    }

    @Override
    public void multiply(
            Matrix a, int aRow, Matrix b, int bRow, Matrix c, int cRow, int m, int n, int k, boolean accumulate) {
        sgemm(CblasNoTrans, a, aRow, b, bRow, c, cRow, m, n, k, accumulate);
    }

    @Override
    public void multiplyAdding(
            MemorySegment bias,
            long biasAt,
            Matrix a,
            int aRow,
            Matrix b,
            int bRow,
            Matrix c,
            int cRow,
            int m,
            int n,
            int k) {
        for (int row = 0; row < m; row++) {
            MemorySegment.copy(bias, biasAt, c.memory(), c.at(cRow + row), (long) n * Float.BYTES);
        }
        multiply(a, aRow, b, bRow, c, cRow, m, n, k, true);
    }

    @Override
    public void multiplyTransposed(
            Matrix a, int aRow, Matrix b, int bRow, Matrix c, int cRow, int m, int n, int k, boolean accumulate) {
        sgemm(CblasTrans, a, aRow, b, bRow, c, cRow, m, n, k, accumulate);
    }

    private static void sgemm(
            int transA,
            Matrix a,
            int aRow,
            Matrix b,
            int bRow,
            Matrix c,
            int cRow,
            int m,
            int n,
            int k,
            boolean accumulate) {
        if (m == 0 || n == 0) {
            return;
        }
        cblas_sgemm(
                CblasRowMajor,
                transA,
                CblasNoTrans,
                m,
                n,
                k,
                1f,
                pointer(a, aRow),
                a.stride(),
                pointer(b, bRow),
                b.stride(),
                accumulate ? 1f : 0f,
                pointer(c, cRow),
                c.stride());
    }

    private static FloatPointer pointer(Matrix matrix, int row) {
        return new FloatPointer(new Address(matrix.memory().address() + matrix.at(row)));
    }

    @Override
    public String name() {
        return "openblas";
    }

    /** A pointer to an address. It does not own the memory. */
    private static final class Address extends Pointer {
        Address(long address) {
            this.address = address;
        }
    }
}
