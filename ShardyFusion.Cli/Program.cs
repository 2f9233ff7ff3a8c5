using ShardyFusion.Cli.CommandLine;

return await ShardyApp.RunAsync(args).ConfigureAwait(false);
