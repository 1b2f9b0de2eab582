#:project ../src/Tonne.Lab/Tonne.Lab.csproj
#:property PublishAot=false

// Trains a network on the SDK's messages, makes its smaller forms and measures them side by side.
//   dotnet run -c Release bench/LabVariants.cs -- [EPOCHS] [SHARE OF THE ROWS]
using System.Diagnostics;
using System.Globalization;
using Tonne.Footprints;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Lab.Cleaning;
using Tonne.Lab.Collecting;
using Tonne.Lab.Compressing;
using Tonne.Lab.Featurizing;
using Tonne.Lab.Networks;
using Tonne.Lab.Training;
using Tonne.Runs;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var epochs = args.Length > 0 ? int.Parse(args[0]) : 10;
var share = args.Length > 1 ? double.Parse(args[1]) : 1;
var watch = Stopwatch.StartNew();
var cleaned = Cleaner.Clean(SdkMessages.Find());
var featurized = new Featurizer().Featurize(cleaned.Rows);
var split = Split.Of(featurized.Examples, cleaned.Groups, 1);
IExamples train = share < 1 ? new ExampleSubset(split.Training, [.. Enumerable.Range(0, split.Training.Count).Where(row => row % 100 < share * 100)]) : split.Training;
Console.WriteLine($"{cleaned.Rows.Count} rows after {watch.Elapsed.TotalSeconds:0.0} s; {train.Count} to learn from, {split.Test.Count} to judge by, {train.Classes.Length} classes");
var trainer = new Trainer(TimeProvider.System);
var begin = Cpu();
var file = Path.Combine(Path.GetTempPath(), $"lab-{train.Count}-{epochs}.safetensors");
Network network;
if (File.Exists(file))
{
    network = Network.Load(file);
}
else
{
    network = trainer.Train(Network.Create(new NetworkShape(train.Width, train.Classes.Length), train.Classes, 1), train, split.Validation, new TrainingPlan { Epochs = epochs },
        result => Console.WriteLine($"epoch {result.Number}: loss {result.Loss:0.0000}, validation accuracy {result.Validation!.Accuracy:0.0000}, {result.Duration.TotalSeconds:0.0} s")).Network;
    network.Save(file);
    Console.WriteLine($"trained in {(Cpu() - begin).TotalSeconds:0.0} CPU-seconds");
}

var plan = new ShrinkingPlan { Distilling = new TrainingPlan { Epochs = epochs } };
var variants = new Shrinking(trainer, Cpu, train, plan).All(network, variant => Console.WriteLine($"made: {variant.Name} ({variant.How}), {variant.Making.TotalSeconds:0.0} CPU-seconds"));
using var discovery = MachineDiscovery.Discover(new FileTree("/"));
var price = new ThreadPrice(discovery.Power, FactorChoice.For(new Place(null, null, null, null, "unknown", null), discovery.Machine));
using var team = new ThreadTeam(Environment.ProcessorCount);
var table = new VariantBench(TimeProvider.System, Cpu).Measure(variants, split.Test, price, null, team);
Console.WriteLine($"int8 kernel: {QuantizedNetwork.Kernel}; a busy thread: {price.Watts.Best:0.00} W ({price.Watts.Low:0.00}-{price.Watts.High:0.00})");
Console.WriteLine("| variant | how | bytes | packed | accuracy | worst class | latency of one, µs | CPU of one in a batch of 64, µs | J per 1,000, one at a time | J per 1,000, batched | mg CO2e per 1,000 | energy ÷, one at a time | energy ÷, batched | pays back after | front |");
Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
foreach (var one in table)
{
    Console.WriteLine(string.Join(" | ", "| " + one.Variant.Name, one.Variant.How, one.FileBytes, one.PackedBytes, $"{one.Score.Accuracy:0.0000}", $"{one.Score.AccuracyOfClass.Min():0.000}",
        $"{one.Single.LatencySeconds * 1e6:0.00}", $"{one.Batched.CpuSeconds * 1e6:0.000}", $"{one.Single.KilowattHoursPerThousand.Best * 3.6e6:0.0000}", $"{one.Batched.KilowattHoursPerThousand.Best * 3.6e6:0.00000}",
        $"{one.Single.KilogramsPerThousand.Best * 1e6:0.0000}", Ratio(one.Single.TimesLess), Ratio(one.Batched.TimesLess), one.PaysBackAfter(table[0]) is { } after ? $"{after:0.0e0}" : "-", one.IsOnFront ? "yes |" : "|"));
}

static string Ratio(Tonne.Reducing.RatioInterval ratio) => $"{ratio.Value:0.00} ({ratio.Low:0.00}-{ratio.High:0.00})";

static TimeSpan Cpu() => Environment.CpuUsage.TotalTime;
