using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Tonne.Lab.NeuralNetworks;

namespace Tonne.Lab.Tests.NeuralNetworks;

public sealed class WeightsFileTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("tonne-lab-").FullName;

    string File => Path.Combine(_folder, "network.safetensors");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_written_is_read_to_the_bit()
    {
        var network = Network.Create(new NetworkShape(9, 3) { Width = 20, Layers = 3 }, ["Čeština", "with \"quotes\"", ""], 5);
        network.Save(File);
        var read = Network.Load(File);
        Assert.Equal(network.Shape, read.Shape);
        Assert.Equal(network.Classes, read.Classes);
        Assert.Equal(network.Parameters.Select(parameter => parameter.Name), read.Parameters.Select(parameter => parameter.Name));
        Assert.All(network.Parameters.Zip(read.Parameters), pair => Assert.Equal(pair.First.Values.ToArray(), pair.Second.Values.ToArray()));
        network.Save(Path.Combine(_folder, "again"));
        Assert.Equal(System.IO.File.ReadAllBytes(File), System.IO.File.ReadAllBytes(Path.Combine(_folder, "again")));
        Assert.Equal(["again", "network.safetensors"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Every_cut_and_every_flipped_bit_is_found()
    {
        var whole = new WeightsFile(NetworkTests.Made(5, 4, 2, 3)).ToBytes();
        WeightsFile.Parse("whole", (byte[])whole.Clone());
        for (var length = 0; length < whole.Length; length += 7)
            Assert.Throws<CorruptWeightsException>(() => WeightsFile.Parse("cut", whole[..length]));
        for (var index = 0; index < whole.Length; index++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[index] ^= (byte)(1 << index % 8);
            Assert.Throws<CorruptWeightsException>(() => WeightsFile.Parse("flipped", damaged));
        }

        Assert.Contains("longer: ", Assert.Throws<CorruptWeightsException>(() => WeightsFile.Parse("longer", [.. whole, 0])).Message);
    }

    [Fact]
    public void A_header_that_lies_under_a_right_checksum_is_refused()
    {
        var whole = new WeightsFile(NetworkTests.Made(5, 4, 2, 3)).ToBytes();
        foreach (var (from, to) in new[] { ("\"F32\"", "\"F64\""), ("[5,4]", "[4,5]"), ("[5,4]", "[9,9]"), ("\"width\":\"4\"", "\"width\":\"x\""), ("\"layers\":\"2\"", "\"layers\":\"3\""), ("output.bias", "output.bia5"), ("\"inputs\"", "\"inputz\"") })
        {
            var text = Encoding.Latin1.GetString(whole);
            var at = text.IndexOf(from);
            Assert.True(at > 0, from);
            var lying = (byte[])whole.Clone();
            Encoding.ASCII.GetBytes(to).CopyTo(lying, at);
            lying.AsSpan(8 + 27, 64).Fill((byte)'0');
            Convert.TryToHexStringLower(SHA256.HashData(lying), lying.AsSpan(8 + 27, 64), out _);
            Assert.Contains("header", Assert.Throws<CorruptWeightsException>(() => WeightsFile.Parse("lying", lying)).Message);
        }
    }

    [Fact]
    public void The_file_is_safetensors_as_its_makers_describe_it()
    {
        // https://github.com/huggingface/safetensors, "Format": 8 bytes of length, a JSON header that begins with {, then the numbers, without holes.
        var bytes = new WeightsFile(NetworkTests.Made(5, 4, 1, 3)).ToBytes();
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        using var header = System.Text.Json.JsonDocument.Parse(bytes.AsMemory(8, length));
        Assert.Equal((byte)'{', bytes[8]);
        Assert.Equal(0, length % 8);
        var end = 0;
        foreach (var entry in header.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__"))
        {
            var offsets = entry.Value.GetProperty("data_offsets");
            Assert.Equal(end, offsets[0].GetInt32());
            end = offsets[1].GetInt32();
        }

        Assert.Equal(bytes.Length - 8 - length, end);
        Assert.Equal(1f, BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(8 + length)));
    }

    [Fact]
    public void A_file_of_something_else_is_named_as_such()
    {
        System.IO.File.WriteAllText(File, "text,label\nhello,en\n");
        var error = Assert.Throws<CorruptWeightsException>(() => Network.Load(File));
        Assert.StartsWith(File, error.Message);
        Assert.Contains("not a file of weights", error.Message);
        Assert.Throws<FileNotFoundException>(() => Network.Load(Path.Combine(_folder, "none")));
    }
}
