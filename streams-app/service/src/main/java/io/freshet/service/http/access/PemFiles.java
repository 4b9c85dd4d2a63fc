package io.freshet.service.http.access;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigException;

/**
 * Reads certificates and private keys in PEM.
 *
 * <p>Sources: RFC 7468 (PEM), RFC 5958 (PKCS #8, {@code PRIVATE KEY}), RFC 8017 appendix A.1.2 (PKCS #1, {@code RSA PRIVATE
 * KEY}), RFC 5915 ({@code EC PRIVATE KEY}), X.690 (DER).
 */
final class PemFiles {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519", "Ed448");

    /** DER: AlgorithmIdentifier of rsaEncryption, without its tag and length. */
    private static final byte[] RSA_ENCRYPTION = HexFormat.of().parseHex("06092a864886f70d0101010500");

    /** DER: the object identifier of id-ecPublicKey. */
    private static final byte[] EC_PUBLIC_KEY = HexFormat.of().parseHex("06072a8648ce3d0201");

    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final int EC_PARAMETERS = 0xa0;
    private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};

    private PemFiles() {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Block(String label, byte[] bytes) {}

    /**
     * Returns the certificates of a file, at least one, in the order of the file.
     *
     * @param key configuration key that names the file
     */
    static List<X509Certificate> certificates(String key, byte[] file) {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Block block : blocks(key, file)) {
                if (block.label.equals("CERTIFICATE")) {
                    certificates.add(
                            (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.bytes)));
                }
            }
        } catch (CertificateException e) {
            throw new ConfigException("The certificates of " + key + " must be X.509: " + e.getMessage());
        }
        if (certificates.isEmpty()) {
            throw new ConfigException("The file of " + key + " must have a PEM block CERTIFICATE");
        }
        return certificates;
    }

    /**
     * Returns the private key of a file.
     *
     * @param key configuration key that names the file
     */
    static PrivateKey privateKey(String key, byte[] file) {
        for (Block block : blocks(key, file)) {
            switch (block.label) {
                case "PRIVATE KEY" -> {
                    return privateKeyOf(key, block.bytes);
                }
                case "RSA PRIVATE KEY" -> {
                    return privateKeyOf(key, pkcs8(RSA_ENCRYPTION, block.bytes));
                }
                case "EC PRIVATE KEY" -> {
                    return privateKeyOf(key, pkcs8(ecAlgorithm(key, block.bytes), block.bytes));
                }
                case "ENCRYPTED PRIVATE KEY" ->
                    throw new ConfigException("The private key of " + key
                            + " must not be encrypted; openssl pkey -in OLD -out NEW decrypts it");
                default -> {} // For example EC PARAMETERS, or a certificate in the same file.
            }
        }
        throw new ConfigException(
                "The file of " + key + " must have a PEM block PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY");
    }

    private static List<Block> blocks(String key, byte[] file) {
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(new String(file, US_ASCII));
        while (matcher.find()) {
            try {
                blocks.add(new Block(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2))));
            } catch (IllegalArgumentException e) {
                throw new ConfigException("The file of " + key + " must be PEM: " + matcher.group(1)
                        + " has no valid Base64: " + e.getMessage());
            }
        }
        return blocks;
    }

    private static PrivateKey privateKeyOf(String key, byte[] pkcs8) {
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (GeneralSecurityException _) {
                // The key is of another algorithm, or invalid; the last line reports it.
            }
        }
        throw new ConfigException("The private key of " + key + " must be one of " + ALGORITHMS);
    }

    private static byte[] pkcs8(byte[] algorithm, byte[] privateKey) {
        return der(SEQUENCE, VERSION_0, der(SEQUENCE, algorithm), der(OCTET_STRING, privateKey));
    }

    /**
     * Returns the algorithm with its curve. RFC 5915 has the curve as element [0] after the private key, PKCS #8 in the
     * algorithm.
     */
    private static byte[] ecAlgorithm(String key, byte[] ecPrivateKey) {
        int at = headerLength(ecPrivateKey, 0);
        while (at < ecPrivateKey.length) {
            int tag = ecPrivateKey[at] & 0xff;
            int start = at + headerLength(ecPrivateKey, at);
            int end = start + length(ecPrivateKey, at);
            if (tag == EC_PARAMETERS && end <= ecPrivateKey.length) {
                ByteArrayOutputStream algorithm = new ByteArrayOutputStream();
                algorithm.writeBytes(EC_PUBLIC_KEY);
                algorithm.write(ecPrivateKey, start, end - start);
                return algorithm.toByteArray();
            }
            at = end;
        }
        throw new ConfigException("The EC private key of " + key
                + " must name its curve; openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW converts it");
    }

    /** Returns the length of the tag and length bytes at a position. The end of the input counts as an element. */
    private static int headerLength(byte[] der, int at) {
        int first = at + 1 < der.length ? der[at + 1] & 0xff : 0;
        return first < 0x80 ? 2 : 2 + (first & 0x7f);
    }

    private static int length(byte[] der, int at) {
        int first = at + 1 < der.length ? der[at + 1] & 0xff : 0;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = at + 2; i < Math.min(der.length, at + headerLength(der, at)); i++) {
            length = (length << 8) | (der[i] & 0xff);
        }
        return Math.clamp(length, 0, der.length);
    }

    private static byte[] der(int tag, byte[]... contents) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : contents) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream der = new ByteArrayOutputStream();
        der.write(tag);
        int length = content.size();
        if (length < 0x80) {
            der.write(length);
        } else if (length < 0x100) {
            der.write(0x81);
            der.write(length);
        } else {
            der.write(0x82);
            der.write(length >> 8);
            der.write(length);
        }
        der.writeBytes(content.toByteArray());
        return der.toByteArray();
    }
}
