using Tonne.Lab.Compression;
using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Tests.NeuralNetworks;

namespace Tonne.Lab.Tests.Compression;

public sealed unsafe class QuantizingTests
{
    public static TheoryData<string> Kernels => [.. Int8Kernel.Supported.Select(kernel => kernel.Name)];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void The_int8_kernel_agrees_exactly_with_a_plain_loop(string name)
    {
        var kernel = Int8Kernel.Supported.First(kernel => kernel.Name == name);
        var random = new Random(3);
        for (var trial = 0; trial < 120; trial++)
        {
            int rows = random.Next(1, 15), depth = random.Next(1, 150), columns = random.Next(1, 90);
            var extreme = trial % 3 == 0;
            var b = Enumerable.Range(0, depth * columns).Select(_ => (sbyte)Number()).ToArray();
            var a = Enumerable.Range(0, rows * depth).Select(_ => Number()).ToArray();
            var matrix = new Int8Matrix(b, depth, columns, kernel);
            var bytes = new byte[rows * matrix.PaddedRows];
            random.NextBytes(bytes);
            for (var index = 0; index < a.Length; index++)
                bytes[index / depth * matrix.PaddedRows + index % depth] = (byte)(a[index] + 128);
            var step = matrix.PaddedColumns + 3;
            var c = new int[rows * step];
            Array.Fill(c, 77);

            fixed (byte* left = bytes)
            fixed (int* to = c)
                matrix.Multiply(left, matrix.PaddedRows, rows, to, step);

            for (var row = 0; row < rows; row++)
            {
                for (var column = 0; column < step; column++)
                {
                    var sum = column >= matrix.PaddedColumns ? 77 : 0;
                    for (var k = 0; k < depth && column < columns; k++)
                        sum += a[row * depth + k] * b[k * columns + column];
                    Assert.Equal(row == rows - 1 || column < matrix.PaddedColumns ? sum : c[row * step + column], c[row * step + column]);
                }
            }

            int Number() => extreme ? random.Next(2) * 254 - 127 : random.Next(-127, 128);
        }
    }

    [Fact]
    public void The_longest_sum_of_the_greatest_products_stays_within_32_bits()
    {
        // 2^31 − 1 = 66,311 · 255 · 127 + …: with all numbers at 127 the sum is 66,311 · 127².
        Assert.Equal(66_311, Int8Matrix.MaxRows);
        var b = new sbyte[Int8Matrix.MaxRows];
        Array.Fill(b, (sbyte)127);
        foreach (var kernel in Int8Kernel.Supported)
        {
            var matrix = new Int8Matrix(b, b.Length, 1, kernel);
            var a = new byte[matrix.PaddedRows];
            Array.Fill(a, (byte)255);
            var c = new int[matrix.PaddedColumns];

            fixed (byte* left = a)
            fixed (int* to = c)
                matrix.Multiply(left, matrix.PaddedRows, 1, to, matrix.PaddedColumns);

            Assert.Equal(66_311L * 127 * 127, c[0]);
        }

        Assert.Throws<ArgumentException>(() => new Int8Matrix(new sbyte[Int8Matrix.MaxRows + 1], Int8Matrix.MaxRows + 1, 1));
        Assert.Throws<ArgumentException>(() => new Int8Matrix([-128], 1, 1));
    }

    [Fact]
    public void Numbers_are_rounded_to_the_nearest_step_and_cut_at_the_ends()
    {
        var numbers = new float[70];
        for (var index = 0; index < numbers.Length; index++)
            numbers[index] = index - 35 + 0.25f;
        (numbers[0], numbers[1], numbers[66], numbers[67], numbers[68]) = (-1e9f, 0.5f, 1.5f, -0.5f, 1e30f);
        var bytes = new byte[70];

        fixed (float* from = numbers)
        fixed (byte* to = bytes)
            Int8Arithmetic.Quantize(from, to, 70, 4);

        // Times 4: 0.5 and 1.5 are 2 and 6; −0.5 is −2; ends are ±127.
        Assert.Equal([1, 130, 134, 126, 255], new[] { bytes[0], bytes[1], bytes[66], bytes[67], bytes[68] });
        for (var index = 4; index < 66; index++)
            Assert.Equal(Math.Clamp(4 * (index - 35) + 1, -127, 127) + 128, bytes[index]);
    }

    [Fact]
    public void A_quantized_network_computes_what_its_formula_says()
    {
        var network = NetworkTests.Made(21, 37, 4, 5);
        var examples = Clouds.Rows(21, 5, 70);

        var quantized = QuantizedNetwork.Quantize(network, examples);
        var found = quantized.Predict(examples);

        var row = new float[21];
        for (var index = 0; index < examples.Count; index++)
        {
            examples.CopyRow(index, row);
            var expected = PlainNetwork.Softmax(Plain(quantized, row));
            for (var label = 0; label < 5; label++)
                Assert.Equal(expected[label], found[index * 5 + label], 2e-3);
        }
    }

    [Fact]
    public void A_row_has_the_same_probabilities_alone_or_among_others()
    {
        var network = NetworkTests.Made(70, 96, 6, 7);
        var examples = Clouds.Rows(70, 7, 131);
        var quantized = QuantizedNetwork.Quantize(network, examples);
        using var team = new ThreadTeam(2);

        var together = quantized.Predict(examples, team);

        var values = Clouds.Values(examples);
        var alone = new float[7];
        for (var row = 0; row < 131; row++)
        {
            quantized.Predict(values.AsSpan(row * 70, 70), alone);
            Assert.Equal(together[(row * 7)..(row * 7 + 7)], alone);
        }
    }

    [Fact]
    public void Quantizing_costs_less_than_a_point_and_makes_the_file_a_quarter()
    {
        var (train, validation) = Clouds.Made();
        var network = Clouds.Trained(train);

        var quantized = QuantizedNetwork.Quantize(network, train);

        Assert.True(network.Score(validation).Accuracy > 0.9);
        Assert.True(quantized.Score(validation).Accuracy >= network.Score(validation).Accuracy - 0.01);
        var large = NetworkTests.Made(512, 128, 12, 13);
        var ratio = new WeightsFile(large).ToBytes().Length / (double)QuantizedNetwork.Quantize(large, Clouds.Rows(512, 13, 8)).ToArrays().ToBytes().Length;
        Assert.InRange(ratio, 3.7, 4);
    }

    [Fact]
    public void A_file_of_a_quantized_network_brings_the_same_one_back()
    {
        var network = NetworkTests.Made(21, 37, 4, 5);
        var examples = Clouds.Rows(21, 5, 70);
        var quantized = QuantizedNetwork.Quantize(network, examples);

        var again = QuantizedNetwork.Parse("net", quantized.ToArrays().ToBytes());

        Assert.Equal(quantized.Predict(examples), again.Predict(examples));
        Assert.Equal(quantized.Classes, again.Classes);
    }

    [Fact]
    public void A_damaged_file_and_one_of_another_kind_are_refused()
    {
        var network = NetworkTests.Made(5, 3, 2, 2);
        var bytes = QuantizedNetwork.Quantize(network, Clouds.Rows(5, 2, 9)).ToArrays().ToBytes();
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<CorruptWeightsException>(() => QuantizedNetwork.Parse("net", bytes[..length]));
        for (var at = 0; at < bytes.Length; at++)
        {
            var bent = bytes.ToArray();
            bent[at] ^= 1;
            Assert.Throws<CorruptWeightsException>(() => QuantizedNetwork.Parse("net", bent));
        }

        Assert.Contains("kind", Assert.Throws<CorruptWeightsException>(() => QuantizedNetwork.Parse("net", new WeightsFile(network).ToBytes())).Message);
        Assert.Throws<CorruptWeightsException>(() => WeightsFile.Parse("net", QuantizedNetwork.Quantize(network, Clouds.Rows(5, 2, 9)).ToArrays().ToBytes()));
    }

    [Fact]
    public void The_size_of_a_step_ignores_the_few_numbers_that_are_far_out()
    {
        // 100,000 numbers evenly in −1 to 1 and one of 3: cutting it costs (3 − 1)² once; covering it costs 100,000 · ((3/127)² − (1/127)²) / 12 = 4.13.
        var numbers = Enumerable.Range(0, 100_000).Select(index => index / 50_000f - 1).Append(3f).ToArray();
        Assert.InRange(ActivationCalibrator.FindBestStep(numbers, numbers.Length, numbers.Length, 1) * 127, 1, 2.4);

        Assert.Equal(1, ActivationCalibrator.FindBestStep(new float[9], 9, 9, 1));
    }

    [Fact]
    public void Without_rows_or_with_a_row_that_holds_no_number_nothing_is_calibrated()
    {
        var network = NetworkTests.Made(5, 3, 2, 2);
        var names = network.Classes;
        Assert.Throws<InvalidExamplesException>(() => QuantizedNetwork.Quantize(network, new InMemoryExamples(5, names, [], [])));
        Assert.Throws<InvalidExamplesException>(() => QuantizedNetwork.Quantize(network, new InMemoryExamples(4, names, new float[4], [0])));
        Assert.Contains("Row 0, column 1", Assert.Throws<InvalidExamplesException>(() => QuantizedNetwork.Quantize(network, new InMemoryExamples(5, names, [0, float.NaN, 0, 0, 0], [0]))).Message);
    }

    /// <summary>The formula of <see cref="QuantizedLayer"/> by plain loops in double precision.</summary>
    static double[] Plain(QuantizedNetwork network, float[] row)
    {
        var h = row.Select(value => (double)value * network.InputScale).ToArray();
        for (var layer = 1; layer <= network.Shape.Layers + 1; layer++)
        {
            var own = network.GetLayer(layer);
            var x = h;
            if (layer > 1)
            {
                var mean = h.Average();
                var variance = h.Average(value => (value - mean) * (value - mean));
                x = [.. h.Select(value => (value - mean) / Math.Sqrt(variance + 1e-5))];
            }

            var whole = x.Select(value => Math.Clamp((int)Math.Round(value / own.Step), -127, 127)).ToArray();
            var z = new double[own.Outputs];
            for (var output = 0; output < z.Length; output++)
                z[output] = Enumerable.Range(0, own.Inputs).Sum(input => whole[input] * own.Weights[input * own.Outputs + output]) * (double)own.Step * own.Scales[output] + own.Biases[output];
            if (layer > network.Shape.Layers)
                return z;
            h = [.. z.Select((value, index) => Math.Max(0, value) + (layer > 1 ? h[index] : 0))];
        }

        throw new InvalidOperationException("There is always an output.");
    }
}
