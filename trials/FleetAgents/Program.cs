using System.Globalization;
using System.Runtime.InteropServices;
using Tonne.Cli.Agents;
using Tonne.Trials.FleetAgents;

// FleetAgents FOLDER FIRST COUNT METERS PERIOD PUSH-SECONDS JOBS-A-MINUTE SPREAD-SECONDS SEED: real agents in one process, with replayed
// meters. FOLDER has a home node-NNNN for each, with its fleet.json. They start within SPREAD seconds; then it writes "started".
// SIGTERM ends them, sixteen at a time; all that waits is pushed. Then it writes for each node "node NAME MICROJOULES", the energy that
// its runs must have.
const int Together = 16;

// An agent blocks threads of the pool while it reads and writes its ledger; in a process of its own there are enough of them.
const int LeastPoolThreads = 200;
ThreadPool.SetMinThreads(LeastPoolThreads, LeastPoolThreads);
var (folder, first, count, meters) = (args[0], Number(args[1]), Number(args[2]), Number(args[3]));
var push = TimeSpan.FromSeconds(double.Parse(args[5], CultureInfo.InvariantCulture));
var spread = TimeSpan.FromSeconds(Number(args[7]));
var random = new Random(Number(args[8]));
using var stop = new CancellationTokenSource();
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
{
    context.Cancel = true;
    stop.Cancel();
});
await using var log = TextWriter.Synchronized(new StreamWriter(Path.Combine(folder, $"agents-{first}.log")) { AutoFlush = true });
var agents = new List<HostedAgent>();
for (var i = first; i < first + count; i++)
{
    var name = string.Create(CultureInfo.InvariantCulture, $"node-{i:D4}");
    agents.Add(new HostedAgent(
        new ReplayedNode(name, meters, random.Next(), TimeProvider.System), Path.Combine(folder, name),
        new AgentRequest(name, 10_000_000_000, push, TimeSpan.FromSeconds(10), 256, Path.Combine(folder, "recorders"),
            new TelemetryRequest(null, null, null, TimeSpan.FromSeconds(15)), []), args[4], log));
}

// Not all at once: the nodes of a fleet were not started in the same second.
foreach (var agent in agents)
{
    agent.Start();
    await Task.Delay(spread / count, TimeProvider.System, CancellationToken.None);
}

foreach (var agent in agents)
{
    if (!agent.WaitUntilItMeasures(TimeSpan.FromMinutes(5)))
        throw new InvalidOperationException($"{agent.Node.Name} does not measure");
}

Console.WriteLine("started");
var jobs = new JobSchedule(
    [.. agents.Select(agent => agent.Node)], double.Parse(args[6], CultureInfo.InvariantCulture), random, TimeProvider.System);
await jobs.RunAsync(stop.Token);
try
{
    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token);
}
catch (OperationCanceledException)
{
    // They end now.
}

var next = -1;
var stopping = Enumerable.Range(0, Together).Select(_ => new Thread(() =>
{
    while (Interlocked.Increment(ref next) is var i && i < agents.Count)
        agents[i].Stop();
})).ToList();
stopping.ForEach(static thread => thread.Start());
stopping.ForEach(static thread => thread.Join());
foreach (var agent in agents)
{
    Console.WriteLine(FormattableString.Invariant($"node {agent.Node.Name} {agent.Node.Microjoules}"));
    agent.Dispose();
}

Console.WriteLine(FormattableString.Invariant($"jobs {jobs.Begun}"));

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
