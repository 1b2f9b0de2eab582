using System.Collections.Immutable;
using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Tests.NeuralNetworks;
using Tonne.Lab.Training;
using Tonne.Tests;

namespace Tonne.Lab.Tests.Training;

public sealed class TrainerTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("tonne-lab-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Twelve_layers_learn_what_no_linear_model_can_separate()
    {
        // The class is whether the point lies in an odd or an even ring around the origin: a linear rule names about half of the rows.
        var train = Rings(1500, 1);
        var network = Network.Create(new NetworkShape(2, 2) { Width = 32, Layers = 12 }, train.Classes, 1);
        var result = Run(network, train, Rings(500, 2), new TrainingPlan { Epochs = 12, BatchSize = 32, LearningRate = 0.004 });
        Assert.InRange(result.Epochs[^1].Validation!.Accuracy, 0.93, 1);
        Assert.True(result.Epochs[^1].Loss < result.Epochs[0].Loss / 2);
        Assert.Equal(result.Epochs[^1].Validation!.Loss, result.Network.Score(Rings(500, 2)).Loss);
    }

    [Fact]
    public void The_same_seed_gives_the_same_loss_to_the_last_bit_with_any_number_of_threads()
    {
        var train = BackpropagationTests.Examples(30, 3, 200);
        var results = new[] { 1, 2, 5 }.Select(threads => Train(train, new TrainingPlan { Epochs = 3, BatchSize = 33, Threads = threads })).ToList();
        foreach (var result in results)
        {
            Assert.Equal(results[0].Epochs.Select(epoch => epoch.Loss), result.Epochs.Select(epoch => epoch.Loss));
            Assert.Equal(Bits(results[0]), Bits(result));
        }

        Assert.NotEqual(results[0].Epochs[0].Loss, Train(train, new TrainingPlan { Epochs = 3, BatchSize = 33, Seed = 2 }).Epochs[0].Loss);
    }

    [Fact]
    public void A_training_stopped_at_any_steps_goes_on_to_the_same_weights()
    {
        var train = BackpropagationTests.Examples(30, 3, 200);
        var plan = new TrainingPlan { Epochs = 3, BatchSize = 16, Threads = 2 };
        var whole = Train(train, plan);
        var random = new Random(11);
        for (var trial = 0; trial < 6; trial++)
        {
            var path = Path.Combine(_folder, $"{trial}.safetensors");
            var interrupted = plan with { CheckpointPath = path, CheckpointSteps = random.Next(5) };
            TrainingResult? resumed = null;
            var stops = 0;
            while (resumed is null)
            {
                using var stop = new CancellationTokenSource();
                var left = random.Next(1, 300);
                try
                {
                    resumed = new Trainer(new HandTime()).Train(NetworkTests.Made(30, 40, 3, 3), new Counting(train, () =>
                    {
                        if (Interlocked.Decrement(ref left) == 0)
                            stop.Cancel();
                    }), train, interrupted, null, stop.Token);
                }
                catch (OperationCanceledException)
                {
                    stops++;
                }
            }

            Assert.InRange(stops, 1, 1000);
            Assert.Equal(Bits(whole), Bits(resumed));
            Assert.Equal(whole.Epochs.Select(epoch => epoch.Loss), resumed.Epochs.Select(epoch => epoch.Loss));
            Assert.Equal(whole.Epochs.Select(epoch => epoch.Accuracy), resumed.Epochs.Select(epoch => epoch.Accuracy));
        }
    }

    [Fact]
    public void A_training_that_loses_what_came_after_a_checkpoint_does_it_again_to_the_same_weights()
    {
        // A kill leaves the last checkpoint, whatever was done since: here the reader of rows fails, which no one foresees.
        var train = BackpropagationTests.Examples(30, 3, 200);
        var plan = new TrainingPlan { Epochs = 2, BatchSize = 16, Threads = 1, CheckpointPath = Path.Combine(_folder, "killed.safetensors"), CheckpointSteps = 3 };
        var left = 300;
        Assert.Throws<IOException>(() => Train(new Counting(train, () =>
        {
            if (--left == 0)
                throw new IOException("gone");
        }), plan));
        var resumed = Train(train, plan);
        Assert.InRange(resumed.ResumedAfter, 1, 20);
        Assert.Equal(0, resumed.ResumedAfter % 3);
        Assert.Equal(Bits(Train(train, plan with { CheckpointPath = null })), Bits(resumed));
    }

    [Fact]
    public void A_finished_training_is_not_done_again()
    {
        var train = BackpropagationTests.Examples(30, 3, 60);
        var plan = new TrainingPlan { Epochs = 2, BatchSize = 16, CheckpointPath = Path.Combine(_folder, "done.safetensors") };
        var first = Train(train, plan);
        var again = Run(NetworkTests.Made(30, 40, 3, 3), train, train, plan, _ => Assert.Fail("No epoch is left."));
        Assert.Equal(Bits(first), Bits(again));
        Assert.Equal(first.Epochs.Select(epoch => epoch.Validation!.Loss), again.Epochs.Select(epoch => epoch.Validation!.Loss));
    }

    [Fact]
    public void A_checkpoint_of_another_training_is_refused()
    {
        var train = BackpropagationTests.Examples(30, 3, 60);
        var plan = new TrainingPlan { Epochs = 1, BatchSize = 16, CheckpointPath = Path.Combine(_folder, "other.safetensors") };
        Train(train, plan);
        Assert.Contains("another training", Assert.Throws<CorruptWeightsException>(() => Train(train, plan with { Seed = 2 })).Message);
        Assert.Contains("another training", Assert.Throws<CorruptWeightsException>(() => Train(BackpropagationTests.Examples(30, 3, 61), plan)).Message);
        NetworkTests.Made(30, 40, 3, 3).Save(plan.CheckpointPath!);
        Assert.Contains("not a checkpoint", Assert.Throws<CorruptWeightsException>(() => Train(train, plan)).Message);
    }

    [Fact]
    public void Examples_that_cannot_be_trained_on_are_refused_with_the_reason()
    {
        var names = NetworkTests.Names(3);
        Assert.Contains("no rows", Refused(new InMemoryExamples(30, names, [], [])));
        Assert.Contains("one class, \"class 1\"", Refused(new InMemoryExamples(30, names, new float[90], [1, 1, 1])));
        Assert.Contains("have 31 values", Refused(new InMemoryExamples(31, names, new float[62], [0, 1])));
        Assert.Contains("other", Refused(new InMemoryExamples(30, ["other", "b", "c"], new float[60], [0, 1])));

        // Not among the rows that the scale is taken from when there are more than 4,096; found all the same.
        foreach (var rows in new[] { 100, 9000 })
        {
            var values = Enumerable.Range(0, rows * 30).Select(index => (float)(index % 7)).ToArray();
            values[71 * 30 + 4] = float.NaN;
            Assert.Contains("Row 71, column 4", Refused(new InMemoryExamples(30, names, values, [.. Enumerable.Range(0, rows).Select(row => row % 3)])));
        }
    }

    [Fact]
    public void A_plan_out_of_range_is_refused_with_all_that_is_wrong()
    {
        var error = Assert.Throws<ArgumentException>(() => Train(BackpropagationTests.Examples(30, 3, 60), new TrainingPlan { Epochs = 0, LearningRate = double.NaN }));
        Assert.Contains("epochs 0", error.Message);
        Assert.Contains("learning rate NaN", error.Message);
    }

    [Fact]
    public void A_loss_that_is_no_number_ends_the_training()
    {
        var train = BackpropagationTests.Examples(30, 3, 60);
        var broken = NetworkTests.Made(30, 40, 3, 3);
        broken = broken.WithParameters([broken.GetWeight(2) with { Values = Enumerable.Repeat(float.PositiveInfinity, 1600).ToArray() }]);
        Assert.Throws<TrainingDivergedException>(() => Run(broken, train, train, new TrainingPlan()));
    }

    [Fact]
    public void The_learning_rate_rises_and_then_falls_along_a_cosine()
    {
        var plan = new TrainingPlan { LearningRate = 1, WarmUpShare = 0.1, FinalRateShare = 0 };
        Assert.Equal(0.1, plan.GetLearningRate(0, 100), 1e-12);
        Assert.Equal(1, plan.GetLearningRate(9, 100), 1e-12);

        // cos(π/2) = 0: half of the rate in the middle of what is left.
        Assert.Equal(0.5, plan.GetLearningRate(55, 100), 1e-12);
        Assert.True(plan.GetLearningRate(99, 100) < 0.001);
    }

    [Fact]
    public void A_student_learns_from_the_teacher_where_labels_are_noise()
    {
        var train = Rings(1500, 1);
        var shape = new NetworkShape(2, 2) { Width = 32, Layers = 8 };
        var plan = new TrainingPlan { Epochs = 12, BatchSize = 32, LearningRate = 0.004 };
        var teacher = Run(Network.Create(shape, train.Classes, 1), train, Rings(0, 2), plan).Network;
        var noise = new Relabelled(train, row => row * 7919 % 13 < 4 ? 1 - train.GetLabel(row) : train.GetLabel(row));
        var fresh = Network.Create(shape with { Layers = 6 }, train.Classes, 3);
        var alone = Run(fresh, noise, Rings(500, 2), plan).Epochs[^1].Validation!.Accuracy;
        var taught = Run(fresh, noise, Rings(500, 2), plan with { Distillation = new Distillation(teacher.Predict(train), 2, 1) }).Epochs[^1].Validation!.Accuracy;
        Assert.InRange(taught, Math.Max(0.9, alone + 0.02), 1);
    }

    [Fact]
    public void Training_ends_when_the_plan_requests_it()
    {
        var train = BackpropagationTests.Examples(30, 3, 60);
        Assert.Equal(2, Train(train, new TrainingPlan { Epochs = 9, StopWhen = epoch => epoch.Number == 2 }).Epochs.Length);
    }

    static TrainingResult Train(IExamples train, TrainingPlan plan) => Run(NetworkTests.Made(30, 40, 3, 3), train, train, plan);

    static TrainingResult Run(Network network, IExamples train, IExamples validation, TrainingPlan plan, Action<EpochResult>? ended = null) =>
        new Trainer(new HandTime()).Train(network, train, validation, plan, ended, TestContext.Current.CancellationToken);

    static string Refused(IExamples train) => Assert.Throws<InvalidExamplesException>(() => Train(train, new TrainingPlan())).Message;

    static float[] Bits(TrainingResult result) => [.. result.Network.Parameters.SelectMany(parameter => parameter.Values.ToArray())];

    static InMemoryExamples Rings(int rows, int seed)
    {
        var random = new Random(seed);
        var values = new float[rows * 2];
        var labels = new int[rows];
        for (var row = 0; row < rows; row++)
        {
            double radius = random.NextDouble() * 3, angle = random.NextDouble() * 2 * Math.PI;
            (values[row * 2], values[row * 2 + 1], labels[row]) = ((float)(radius * Math.Cos(angle)), (float)(radius * Math.Sin(angle)), (int)radius % 2);
        }

        return new InMemoryExamples(2, ["even", "odd"], values, labels);
    }

    class Relabelled(IExamples from, Func<int, int> label) : IExamples
    {
        public int Count => from.Count;

        public int Width => from.Width;

        public ImmutableArray<string> Classes => from.Classes;

        public int GetLabel(int row) => label(row);

        public virtual void CopyRow(int row, Span<float> to) => from.CopyRow(row, to);
    }

    sealed class Counting(IExamples from, Action seen) : Relabelled(from, from.GetLabel)
    {
        public override void CopyRow(int row, Span<float> to)
        {
            seen();
            base.CopyRow(row, to);
        }
    }
}
