using System.Globalization;
using System.Runtime.InteropServices;
using Tonne.Ledgers;
using Tonne.Ledgers.Pushing;
using Tonne.Trials.FleetNodes;

// FleetNodes JOURNALS SEED MS SERVER SERVER HOME...: nodes of a fleet, each with a run every MS milliseconds, pushing to one of two
// servers.
// SIGTERM ends the runs; the process ends when nothing waits. SIGKILL is what it is for.
var seed = int.Parse(args[1], CultureInfo.InvariantCulture);
var pause = TimeSpan.FromMilliseconds(int.Parse(args[2], CultureInfo.InvariantCulture));
Uri[] servers = [new(args[3]), new(args[4])];
var random = new Random(seed);
using var stop = new CancellationTokenSource();
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
{
    context.Cancel = true;
    stop.Cancel();
});
var nodes = new List<Task>();
foreach (var (i, root) in args.Skip(5).Index())
{
    var home = new LedgerHome(root);
    var settings = FleetSettings.Read(home, out var problem) ?? throw new InvalidOperationException(problem ?? $"{root} has no fleet.json");
    // One in five goes to the other server: that one is offered everything.
    var server = servers[(i + (random.Next(5) == 0 ? 1 : 0)) % 2];
    var journal = new Journal(Path.Combine(args[0], settings.Name));
    nodes.Add(new HostedNode(home, settings with { Server = server }, journal, new Random(random.Next()), pause).RunAsync(stop.Token));
}

Console.WriteLine("started");
await Task.WhenAll(nodes);
